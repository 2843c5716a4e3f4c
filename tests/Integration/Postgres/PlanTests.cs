using System.Text.Json;
using System.Text.RegularExpressions;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>
/// Every statement of the Manager and of claims, as the server planned it: look-ups by index whatever the size of the batch, with 100,000 tasks
/// around it and without statistics. PostgreSQL's auto_explain writes the plans to the server's log.
/// </summary>
[Collection(ProductTests.Name)]
public partial class PlanTests(ProductCluster cluster)
{
    private static readonly string[] LargeTables =
        ["task", "task_data", "task_event", "container", "progress", "collection", "dispatch", "generator", "generated"];

    private static readonly string[] Roles = ["tm_manager", "tm_internal"];

    private static readonly string[] Settings =
        ["session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0", "auto_explain.log_nested_statements = on"];

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(500)]
    public async Task Statements_look_rows_up_by_index(int batch)
    {
        var plans = await PlansAsync(batch, weeks: true);

        Assert.NotEmpty(plans);
        Assert.DoesNotContain(plans, plan => SequentialScans(plan).Any());
    }

    [Fact]
    public async Task The_plans_of_a_batch_of_ten()
    {
        var plans = await PlansAsync(10);

        Snapshot.Match(string.Join("\n\n", plans.Distinct().Order(StringComparer.Ordinal)));
    }

    private async Task<IReadOnlyList<string>> PlansAsync(int batch, bool weeks = false)
    {
        // Roles take their settings when they connect, so the Manager must not have connected yet.
        await using var database = await cluster.CreateAsync();
        if (weeks)
            await database.ExecuteAsync("select task_manager.make_partitions(1)");
        await ExplainAsync(database, enabled: true);
        var rig = new ManagerRig(database, slots: batch);
        await rig.StartAsync();
        await FillAsync(database);
        var start = new FileInfo(cluster.LogFile).Length;
        try
        {
            await RunAsync(rig, batch);
        }
        finally
        {
            await ExplainAsync(database, enabled: false);
        }
        await using var log = File.OpenRead(cluster.LogFile);
        log.Position = start;
        using var reader = new StreamReader(log);
        var logged = LoggedPlan().Matches(await reader.ReadToEndAsync()).Select(match => Normal(match.Groups["plan"].Value));
        return [.. logged.Where(plan => plan.Contains("task_manager.", StringComparison.Ordinal))];
    }

    /// <summary>Three batches through their whole lives: the window is full after the first two, so that tasks wait and are picked.</summary>
    private static async Task RunAsync(ManagerRig rig, int batch)
    {
        for (var i = 0; i < 3; i++)
            await rig.SendAsync(
                [.. Enumerable.Range(0, batch).Select(_ => new CreateTask("inside", JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() })]);
        var leases = new TaskLeases(rig.Database.As("tm_internal"), "worker");
        while (rig.Runs.Count > 0)
        {
            var runs = rig.Runs;
            rig.Sent.Clear();
            foreach (var part in runs.Chunk(batch))
            {
                await leases.ClaimAsync(part, default);
                await rig.SendAsync([.. part.Select(run => ManagerRig.Report(run, new TaskOutcome.Succeeded(JsonElement.Parse("{}"))))]);
            }
        }
        await GenerateAsync(rig, batch);
        await rig.SendAsync(new Tick());
    }

    /// <summary>A generator's life, with children that wait and one that is refused.</summary>
    private static async Task GenerateAsync(ManagerRig rig, int batch)
    {
        var generator = new TaskNode("g", "maker", JsonElement.Parse($$"""{"count":{{batch}},"into":"made"}"""));
        var made = new ParallelNode([], "made", new CompletionPolicy.BestEffort());
        rig.Sent.Clear();
        await rig.SendAsync(new CreateCollection(new SequentialNode([generator, made])) { Id = Guid.CreateVersion7() });
        var run = rig.Runs[0];
        var (messages, report) = await PlayedGenerator.RunAsync(run);
        var wrong = new Generated(run.Collection, run.Id, batch, Inputs: [JsonElement.Parse("[]")]);
        await rig.SendAsync(new CreateTask("outside", JsonElement.Parse("{}"), Generated: wrong) { Id = Guid.CreateVersion7() });
        rig.Sent.Clear();
        await rig.SendAsync([.. messages]);
        await rig.SendAsync([.. messages]);
        var declared = ((TaskOutcome.Succeeded)report.Outcome).Children!.Value + ChildCount.Of(
            DerivedId.OfChild(run.Collection, run.Id, "outside", batch));
        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded(Children: declared)));
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());
    }

    private static Task FillAsync(ProductDatabase database) => database.ExecuteAsync("""
        insert into task_manager.collection (id, organisation, priority, deadline, labels, scope, trace_id, digest)
        select gen_random_uuid(), 'default', 0, now() + interval '1 day', '{}', '[]', '', '' from generate_series(1, 1000);
        insert into task_manager.container (id, collection_id, ordinal, mode, policy, children, released, state)
        select id, id, 0, 'Parallel', '{"type":"All"}', 200, 200, 'Running' from task_manager.collection;
        insert into task_manager.progress (container_id, shard) select id, shard from task_manager.container, generate_series(0, 15) shard;
        insert into task_manager.task (id, collection_id, container_id, ordinal, state, priority, deadline, organisation, pool, kind, input)
        select gen_random_uuid(), id, id, place, 'Cancelled', 0, now() + interval '1 day', 'default', 'internal', 'inside', '{}'
          from task_manager.container, generate_series(0, 99) place;
        """);

    private static Task ExplainAsync(ProductDatabase database, bool enabled) => database.ExecuteAsync(string.Concat(
        from role in Roles
        from setting in Settings
        let name = setting.Split(' ')[0]
        select enabled ? $"alter role {role} set {setting};" : $"alter role {role} reset {name};"));

    private static IEnumerable<string> SequentialScans(string plan) =>
        ScannedTable().Matches(plan).Select(match => match.Groups["table"].Value).Where(LargeTables.Contains);

    /// <summary>Costs move with statistics and ids with every run; the shape of the plan and what is looked up must not.</summary>
    private static string Normal(string plan) =>
        Value().Replace(Estimate().Replace(plan, ""), "'…'").ReplaceLineEndings("\n").Replace("\t", "  ").TrimEnd();

    [GeneratedRegex(@"LOG:  duration: [\d.]+ ms  plan:\n(?<plan>(?:\t.*\n)+)")]
    private static partial Regex LoggedPlan();

    [GeneratedRegex(@"Seq Scan on (?<table>\w+?)(?:_default|_w\d{8})?\b")]
    private static partial Regex ScannedTable();

    [GeneratedRegex(@"'\{?[0-9a-f]{8}-[0-9a-f-]{27}[^']*'")]
    private static partial Regex Value();

    [GeneratedRegex(@"  \(cost=.*?\)")]
    private static partial Regex Estimate();
}
