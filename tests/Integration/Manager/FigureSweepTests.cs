using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Metrics;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class FigureSweepTests(ProductCluster cluster)
{
    [Fact]
    public async Task A_minute_tells_how_the_mesh_stands()
    {
        await using var database = await cluster.CreateAsync();
        await using var rig = new ManagerRig(database, slots: 1, costCap: "1", prices: "template=0.01,t4g.micro=0.01");
        await rig.StartAsync();
        await rig.HandleAsync("not a message");
        await rig.SendAsync(Waiting(), Waiting(), Waiting());
        await database.ExecuteAsync("update task_manager.dispatch set sent_at = null, written_at = task_manager.clock() - interval '45 s'");
        // The refusal and the launch in the zone b stand in the minute before and in this one: whichever the sweep takes for the minute before, it
        // finds one of each.
        await database.ExecuteAsync("""
            insert into task_manager.launch_intent (id, slot, configuration, created_at, ended_at, instance_id, zone) values
                ('00000000-0000-0000-0000-000000000001', 1, 'any', task_manager.clock() - interval '2 h', task_manager.clock(), 'i-1', 'a'),
                ('00000000-0000-0000-0000-000000000002', 2, 'any', now(), date_trunc('minute', now()) - interval '1 s', null, null),
                ('00000000-0000-0000-0000-000000000003', 2, 'any', now(), task_manager.clock(), null, null),
                ('00000000-0000-0000-0000-000000000004', 2, 'any', now(), date_trunc('minute', now()) - interval '1 s', 'i-4', 'b'),
                ('00000000-0000-0000-0000-000000000005', 2, 'any', now(), task_manager.clock(), 'i-5', 'b')
            """);
        await database.ExecuteAsync("""
            insert into task_manager.launch_attempt (intent_id, ordinal, token, template, template_version, market, answered_at, answer)
            select id, 0, id::text, 'template', '1', 'on-demand', ended_at,
                   case when instance_id is null then 'RequestLimitExceeded' else 'launched' end
              from task_manager.launch_intent
            """);
        await database.ExecuteAsync("""
            update task_manager.launch_slot
               set state = 'live', intent_id = '00000000-0000-0000-0000-000000000001', instance_id = 'i-1', since = now() + interval '1 h'
             where slot = 1
            """);
        await database.ExecuteAsync("""
            update task_manager.launch_control
               set held_until = now() + interval '1 h', refusal = 'Permission', code = 'UnauthorizedOperation', message = 'no';
            insert into task_manager.launch_orphan (instance_id, marked_at) values ('i-2', now() - interval '1 minute'), ('i-3', now());
            update task_manager.pool set in_flight = 5 where name = 'bare-metal';
            """);
        rig.Metrics.Clear();

        await rig.SendAsync(new Tick(Sweep.Minute));

        // A slot holds two: one that runs and one that is on its way.
        Assert.Equal(2, Value(rig, MeshMetrics.TasksInFlight, "external"));
        Assert.Equal(1, Value(rig, MeshMetrics.TasksReady, "external"));
        Assert.Equal(1, Value(rig, MeshMetrics.PutAside));
        Assert.Equal(0, Value(rig, MeshMetrics.DeadLetters));
        Assert.Equal(1, Value(rig, MeshMetrics.Workers, "live"));
        Assert.Equal(1, Value(rig, MeshMetrics.Workers, "free"));
        Assert.InRange(Value(rig, MeshMetrics.OldestWorker), 7_100, 7_300);
        Assert.Equal(0.01, Value(rig, MeshMetrics.FleetCost));
        Assert.Equal(1, Value(rig, MeshMetrics.LaunchAnswers, "RequestLimitExceeded"));
        Assert.Equal(1, Value(rig, MeshMetrics.LaunchesRefused));
        Assert.Equal(1, Value(rig, MeshMetrics.Launches, "b"));
        Assert.Equal(1, Value(rig, MeshMetrics.WorkersMissing));
        Assert.Equal(1, Value(rig, MeshMetrics.LaunchesStopped));
        Assert.True(Value(rig, MeshMetrics.DeadRows) >= 0);
        Assert.True(Has(rig, MeshMetrics.Orphans) && Has(rig, MeshMetrics.OutboxRows) && Has(rig, MeshMetrics.OutboxAge));
    }

    private static CreateTask Waiting() => new("outside", JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() };

    private static bool Has(ManagerRig rig, Metric metric) => Values(rig, metric).Any();

    /// <summary>The last value that was told for these values of the metric's dimensions.</summary>
    private static double Value(ManagerRig rig, Metric metric, params string[] of) => Values(rig, metric)
        .Last(line => metric.Dimensions.Zip(of).All(value => line.GetProperty(value.First).GetString() == value.Second))
        .GetProperty(metric.Name).GetDouble();

    private static IEnumerable<JsonElement> Values(ManagerRig rig, Metric metric) =>
        rig.Metrics.Select(line => JsonElement.Parse(line)).Where(line => line.TryGetProperty(metric.Name, out _));

    [Fact]
    public async Task A_batch_tells_what_it_was()
    {
        await using var database = await cluster.CreateAsync();
        await using var rig = new ManagerRig(database);
        await rig.StartAsync();
        await rig.SendAsync(Waiting(), Waiting());

        Assert.Equal(2, Value(rig, MeshMetrics.Messages));
        Assert.Equal(0, Value(rig, MeshMetrics.BatchesFailed));
        Assert.True(Value(rig, MeshMetrics.MessageWait, "manager") >= 0);

        rig.Metrics.Clear();
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded(null));

        Assert.Equal(2, Value(rig, MeshMetrics.Reports, "Succeeded"));
    }
}
