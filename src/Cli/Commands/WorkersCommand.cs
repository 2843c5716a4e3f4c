using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Routing;
using TaskMesh.Postgres.Reading;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh workers</c>: the workers that poll their queue, and what they do.</summary>
internal static class WorkersCommand
{
    public static Command Create()
    {
        var command = new Command("workers", "List the workers on machines: whether they are busy, when they were last heard, what they can run.");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var rules = await mesh.Rules.RulesAsync(cancellation);
            var workers = await mesh.Reader.WorkersAsync(cancellation);
            parsed.Printer().Rows(
                [.. workers.Where(worker => worker.State != "gone").Select(worker => RowOf(worker, rules))],
                ("WORKER", worker => worker.Id),
                ("CLASS", worker => worker.Class),
                ("POOL", worker => worker.Pool),
                ("VERSION", worker => worker.Version),
                ("STATE", worker => worker.State),
                ("RUNNING", worker => string.Create(CultureInfo.InvariantCulture, $"{worker.Running} of {worker.Parallelism}")),
                ("HEARD", worker => $"{worker.LastHeard:u}"),
                ("KINDS", worker => string.Join(' ', worker.Kinds)));
        });
        return command;
    }

    private static Row RowOf(WorkerView worker, MeshRules? rules) => new(
        Schema.Worker,
        worker.Id,
        worker.Class,
        worker.Pool,
        worker.Version,
        worker.State != "live" ? worker.State : worker.Running > 0 ? "busy" : "idle",
        worker.Running,
        worker.Parallelism,
        worker.LastSeen,
        KindsOf(rules?.Pools.FirstOrDefault(pool => pool.Name == worker.Pool)));

    /// <summary>What its pool serves: a worker that lacks what raw packets take does not start.</summary>
    private static IReadOnlyList<string> KindsOf(Pool? pool) => pool is null
        ? []
        : [.. AllTasks.Catalogue.Entries
            .Where(entry => TaskRouter.Route(entry.Requirements) == pool.Class && pool.Serves(entry.Kind))
            .Select(entry => entry.Kind)];

    private sealed record Row(
        string Schema,
        string Id,
        string Class,
        string Pool,
        string Version,
        string State,
        int Running,
        int Parallelism,
        DateTime LastHeard,
        IReadOnlyList<string> Kinds);
}
