using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Aws;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public sealed class RetentionTests(ProductCluster cluster, StoreCluster store) : IClassFixture<StoreCluster>
{
    private const string Bucket = "data";
    private const string Tables = "select relname from pg_class where relname ~ '^task.*_w[0-9]{8}$' and relkind = 'r' order by relname";

    private static readonly RetentionSettings Usual = new(true, TimeSpan.FromDays(7), TimeSpan.FromDays(30));

    [Fact]
    public async Task What_succeeded_goes_after_a_week_what_failed_after_a_month_and_what_runs_never()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, "succeeded", new TaskOutcome.Succeeded(JsonElement.Parse("{}")));
        await SubmitAsync(rig, "failed", new TaskOutcome.Failed(ErrorClass.Fatal, "no"));
        await SubmitAsync(rig, "running", null);

        await HousekeepAsync(rig, after: 6);
        Assert.Equal(["failed", "running", "succeeded"], await NamesAsync(rig));
        await HousekeepAsync(rig, after: 2, Usual with { Enabled = false });
        Assert.Equal(["failed", "running", "succeeded"], await NamesAsync(rig));
        await HousekeepAsync(rig, after: 0);
        Assert.Equal(["failed", "running"], await NamesAsync(rig));
        await HousekeepAsync(rig, after: 23);
        Assert.Equal(["running"], await NamesAsync(rig));
        await HousekeepAsync(rig, after: 300);

        Assert.Equal(["running"], await NamesAsync(rig));
        Assert.Equal(["1 1 1 0 1"], await rig.Database.RowsAsync("""
            select (select count(*) from task_manager.task), (select count(*) from task_manager.collection),
                   (select count(*) from task_manager.container), (select count(*) from task_manager.task_data),
                   (select count(*) from task_manager.task_event)
            """));
    }

    [Fact]
    public async Task Messages_that_were_put_aside_go_after_a_month()
    {
        await using var rig = await RigAsync();
        await rig.HandleAsync("not a message");
        const string count = "select count(*) from task_manager.quarantine";

        await HousekeepAsync(rig, after: 29);
        Assert.Equal(["1"], await rig.Database.RowsAsync(count));
        await HousekeepAsync(rig, after: 2, Usual with { Enabled = false });
        Assert.Equal(["1"], await rig.Database.RowsAsync(count));
        await HousekeepAsync(rig, after: 0);

        Assert.Equal(["0"], await rig.Database.RowsAsync(count));
    }

    [Fact]
    public async Task The_fleets_ledger_goes_after_a_month_but_for_what_a_slot_needs()
    {
        await using var rig = await RigAsync();
        await rig.Database.ExecuteAsync("""
            insert into task_manager.launch_intent (id, slot, configuration, created_at, ended_at, instance_id) values
                ('00000000-0000-0000-0000-000000000001', 1, 'any', task_manager.clock(), task_manager.clock(), 'i-gone'),
                ('00000000-0000-0000-0000-000000000002', 1, 'any', task_manager.clock(), task_manager.clock(), 'i-lives');
            insert into task_manager.launch_attempt (intent_id, ordinal, token, template, template_version, market, answered_at, answer)
            select id, 0, id::text, 'template', '1', 'OnDemand', ended_at, 'launched' from task_manager.launch_intent;
            insert into task_manager.worker (id, pool, state, version, parallelism) values
                ('i-gone', 'bare-metal', 'gone', '1', 1), ('i-lives', 'bare-metal', 'live', '1', 1);
            update task_manager.launch_slot
               set state = 'live', instance_id = 'i-lives', intent_id = '00000000-0000-0000-0000-000000000002' where slot = 1;
            """);

        const string kept = """
            select (select count(*) from task_manager.launch_intent), (select count(*) from task_manager.launch_attempt),
                   (select count(*) from task_manager.worker)
            """;
        await HousekeepAsync(rig, after: 29);
        Assert.Equal(["2 2 2"], await rig.Database.RowsAsync(kept));
        await HousekeepAsync(rig, after: 2);
        Assert.Equal(["1 1 1"], await rig.Database.RowsAsync(kept));
    }

    [Fact]
    public async Task Scans_that_cannot_be_forgotten_keep_nothing_else()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, "succeeded", new TaskOutcome.Succeeded(JsonElement.Parse("{}")));
        await rig.Database.ExecuteAsync("alter table task_manager.scanned rename to gone");

        await HousekeepAsync(rig, after: 8);

        Assert.Empty(await NamesAsync(rig));
    }

    [Fact]
    public async Task A_large_collection_goes_in_parts_and_its_events_with_it()
    {
        await using var rig = await RigAsync();
        await rig.Database.ExecuteAsync("""
            insert into task_manager.collection (id, organisation, state, priority, deadline, labels, scope, trace_id, digest, ended_at)
            values ('00000000-0000-7000-8000-000000000001', 'default', 'Succeeded', 0, now(), '{}', '[]', '', '', now());
            insert into task_manager.container (id, collection_id, ordinal, mode, policy, children, released, state)
            select id, id, 0, 'Parallel', '{"type":"All"}', 12000, 12000, 'Succeeded' from task_manager.collection;
            insert into task_manager.task (id, collection_id, container_id, ordinal, state, priority, deadline, organisation, pool, kind, input)
            select gen_random_uuid(), id, id, place, 'Succeeded', 0, now(), 'default', 'internal', 'inside', '{}'
              from task_manager.container, generate_series(0, 11999) place;
            insert into task_manager.task_data (task_id, attempt, part, data) select id, 0, 0, '{}' from task_manager.task;
            """);

        await HousekeepAsync(rig, after: 8);

        Assert.Equal(["0 0 0 0"], await rig.Database.RowsAsync("""
            select (select count(*) from task_manager.task), (select count(*) from task_manager.collection),
                   (select count(*) from task_manager.task_data), (select count(*) from task_manager.task_event)
            """));
    }

    [Fact]
    public async Task Weeks_are_made_before_they_come_and_go_when_they_are_empty()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new Tick(Sweep.Housekeeping));
        var weeks = await rig.Database.RowsAsync(Tables);
        await SubmitAsync(rig, "succeeded", new TaskOutcome.Succeeded(JsonElement.Parse("{}")));

        Assert.Equal(6, weeks.Count);
        Assert.Equal(["True"], await rig.Database.RowsAsync("""
            select tableoid = ('task_manager.task_w' || to_char(date_trunc('week', now(), 'UTC') at time zone 'UTC', 'YYYYMMDD'))::regclass
              from task_manager.task
            """));
        await HousekeepAsync(rig, after: 0);
        Assert.Equal(weeks, await rig.Database.RowsAsync(Tables));
        await HousekeepAsync(rig, after: 60);

        var later = await rig.Database.RowsAsync(Tables);
        Assert.Equal(6, later.Count);
        Assert.Empty(later.Intersect(weeks));
    }

    [Fact]
    public async Task A_week_that_is_in_the_default_partition_already_stays_there()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, "before", null);

        await HousekeepAsync(rig, after: 0);

        var weeks = await rig.Database.RowsAsync(Tables);
        Assert.Equal(["task_data", "task_data", "task_event", "task"], weeks.Select(week => week[..^10]));
        Assert.Equal(["before"], await NamesAsync(rig));
    }

    [Fact]
    public async Task Objects_go_with_their_tasks_and_young_ones_stay()
    {
        await using var cloud = await CloudRig.StartAsync(store, (empty, folder) => empty with
        {
            ObjectStore = new ObjectStoreConfiguration(folder.Of("objects"), [Bucket]),
        });
        var objects = new S3Objects(
            new AmazonS3Client(
                new BasicAWSCredentials("any", "any"),
                new AmazonS3Config { ServiceURL = cloud.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "eu-west-1" }),
            Bucket);
        await using var rig = await RigAsync();
        var kept = await SubmitAsync(rig, "running", null);
        var wanted = await objects.PutAsync(ObjectReference.ResultFolder(kept, 1), "1"u8.ToArray(), default);
        var orphan = await objects.PutAsync(ObjectReference.InputFolder(Guid.CreateVersion7(), 1), "2"u8.ToArray(), default);
        var other = await objects.PutAsync("else/", "3"u8.ToArray(), default);

        await HousekeepAsync(rig, after: 0, objects: objects);
        Assert.Equal(3, (await KeysAsync(objects)).Count);
        await HousekeepAsync(rig, after: 2, objects: objects);

        Assert.Equal([other.Key, wanted.Key], await KeysAsync(objects));
        Assert.DoesNotContain(orphan.Key, await KeysAsync(objects));
    }

    private static async Task<List<string>> KeysAsync(S3Objects objects) =>
        await objects.ListAsync("", default).Select(found => found.Key).Order().ToListAsync();

    /// <summary>Days pass for the database and for the Manager, then the hour's work is done.</summary>
    private static async Task HousekeepAsync(ManagerRig rig, int after, RetentionSettings? settings = null, IObjectStore? objects = null)
    {
        await rig.Database.AdvanceAsync(TimeSpan.FromDays(after));
        var clock = new ManualClock();
        clock.Advance(TimeProvider.System.GetUtcNow() - clock.GetUtcNow() + TimeSpan.FromDays(after));
        await using var database = rig.Database.As("tm_manager");
        await new RetentionRunner(database, objects, settings ?? Usual, new ManagerLog(NullLogger.Instance), clock).RunAsync(default);
    }

    private static Task<IReadOnlyList<string>> NamesAsync(ManagerRig rig) =>
        rig.Database.RowsAsync("select name from task_manager.task order by name");

    private static async Task<Guid> SubmitAsync(ManagerRig rig, string name, TaskOutcome? outcome)
    {
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("inside", JsonElement.Parse("{}"), name, Deadline: TimeSpan.FromDays(7)) { Id = id });
        if (outcome is not null)
            await rig.SendAsync(ManagerRig.Report(rig.Runs.Single(run => run.Id == id), outcome));
        return id;
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
