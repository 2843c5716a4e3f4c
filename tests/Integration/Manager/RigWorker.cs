using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Postgres.Workers;
using TaskMesh.Tasks;

namespace TaskMesh.Integration.Manager;

/// <summary>An Internal worker beside a <see cref="ManagerRig"/>: it claims, runs the real kinds and reports, until nothing is left.</summary>
internal sealed class RigWorker : IManagerQueue
{
    private readonly ManagerRig _rig;
    private readonly BatchRunner _runner;

    public RigWorker(ManagerRig rig, TaskCatalogue? catalogue = null, IObjectStore? objects = null)
    {
        _rig = rig;
        var database = rig.Database.As("tm_internal");
        var executor = new TaskExecutor(
            catalogue ?? AllTasks.Catalogue,
            run => new WorkerCapabilities(new TaskData(database, run, objects), new ReconData(database, run), this),
            TimeProvider.System,
            objects);
        _runner = new BatchRunner(executor, new TaskLeases(database, "worker"), this, TimeProvider.System);
    }

    public async Task RunAllAsync()
    {
        while (_rig.Sent.Count > 0)
        {
            var runs = Bodies("internal").Select((body, i) => new QueueMessage($"{i}", "", body)).ToArray();
            var reports = Bodies("manager");
            _rig.Sent.Clear();
            await _runner.RunAsync(runs, CancellationToken.None);
            if (reports.Length > 0)
                await _rig.HandleAsync(reports);
        }
    }

    /// <summary>Submits one task, runs it and returns what became of it: its state, then its output or the reason.</summary>
    public async Task<string> RunAsync(string kind, string input)
    {
        var id = Guid.CreateVersion7();
        await _rig.SendAsync(new CreateTask(kind, System.Text.Json.JsonElement.Parse(input)) { Id = id });
        await RunAllAsync();
        var rows = await _rig.Database.RowsAsync($"""
            select t.state, coalesce(d.data, t.reason) from task_manager.task t
              left join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0 where t.id = '{id}'
            """);
        return Assert.Single(rows);
    }

    private string[] Bodies(string queue) =>
        [.. _rig.Sent.Where(message => message.Queue == queue && message.Delay == TimeSpan.Zero).Select(message => message.Body)];

    Task IManagerQueue.SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation) => _rig.SendAsync([.. messages]);
}
