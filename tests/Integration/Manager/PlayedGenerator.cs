using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Integration.Manager;

/// <summary>Really runs a generator of <see cref="TestKinds"/>; its messages are the test's to deliver.</summary>
internal sealed class PlayedGenerator : IManagerQueue
{
    private readonly List<ManagerMessage> _made = [];

    public static async Task<(IReadOnlyList<ManagerMessage> Made, CompleteTask Report)> RunAsync(RunTask run)
    {
        var queue = new PlayedGenerator();
        var outcome = await TestKinds.Catalogue.Find(run.Kind)!.ExecuteAsync(
            run, new WorkerCapabilities(ManagerQueue: queue), default, TimeProvider.System);
        return (queue._made, ManagerRig.Report(run, outcome));
    }

    /// <summary>Runs what is dispatched until nothing is, with success.</summary>
    public static async Task RunAllAsync(ManagerRig rig)
    {
        while (rig.Runs.Count > 0)
        {
            var runs = rig.Runs;
            rig.Sent.Clear();
            foreach (var run in runs)
            {
                var (made, report) = run.Kind == "maker" ? await RunAsync(run) : ([], ManagerRig.Report(run, new TaskOutcome.Succeeded()));
                await rig.SendAsync([.. made, report]);
            }
        }
    }

    public Task SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation)
    {
        _made.AddRange(messages);
        return Task.CompletedTask;
    }
}
