using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>Schedules that wait for changes of the recon models.</summary>
[Collection(ProductTests.Name)]
public class TriggerTests(ProductCluster cluster)
{
    private static readonly Schedule OnDomain = new(
        "follow", new CreateTask("outside", JsonElement.Parse("""{"value":{"$change":"/key/name"}}""")), On: "domain:new");

    [Fact]
    public async Task A_new_row_starts_its_follow_up_once_and_the_same_row_again_starts_nothing()
    {
        await using var rig = await RigAsync(OnDomain);

        await UpsertAsync(rig, "a.example");
        await TickAsync(rig);
        await UpsertAsync(rig, "a.example");
        await TickAsync(rig);

        Assert.Equal("a.example", Assert.Single(rig.Runs).Input.GetProperty("value").GetString());
    }

    [Fact]
    public async Task What_was_there_before_the_schedule_and_other_models_start_nothing()
    {
        await using var rig = await RigAsync(null);
        await UpsertAsync(rig, "old.example");
        await rig.SendAsync(Said(OnDomain));

        await rig.Database.ExecuteAsync("""
            insert into recon.endpoint (organisation, address, port, transport, first_seen, last_seen, source_task)
            values ('default', '192.0.2.1', 80, 'tcp', now(), now(), gen_random_uuid())
            """);
        await TickAsync(rig);

        Assert.Empty(rig.Runs);
    }

    [Fact]
    public async Task A_change_that_commits_after_a_later_one_is_not_passed_over()
    {
        await using var rig = await RigAsync(OnDomain);
        await using var source = NpgsqlDataSource.Create(rig.Database.ConnectionString("postgres"));
        await using var slow = await source.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand(Insert("slow.example"), slow);
        await insert.ExecuteNonQueryAsync();

        await UpsertAsync(rig, "fast.example");
        await TickAsync(rig);
        await transaction.CommitAsync();
        await TickAsync(rig);
        await TickAsync(rig);

        Assert.Equal(["fast.example", "slow.example"], rig.Runs.Select(run => run.Input.GetProperty("value").GetString()).Order());
    }

    [Fact]
    public async Task Four_managers_at_once_start_each_follow_up_once()
    {
        await using var rig = await RigAsync(OnDomain);
        var rigs = Enumerable.Range(0, 4).Select(_ => new ManagerRig(rig.Database)).ToArray();
        await rig.Database.ExecuteAsync($"""
            insert into recon.domain (organisation, name, first_seen, last_seen, source_task)
            select 'default', i || '.example', now(), now(), gen_random_uuid() from generate_series(1, 90) i
            """);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));

        await Task.WhenAll(rigs.Select(other => Task.Run(() => other.SendAsync(new Tick()))));
        await TickAsync(rig);

        var names = rigs.Append(rig).SelectMany(other => other.Runs).Select(run => run.Input.GetProperty("value").GetString()).ToArray();
        Assert.Equal(90, names.Length);
        Assert.Equal(90, names.Distinct().Count());
    }

    private async Task<ManagerRig> RigAsync(Schedule? schedule)
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        if (schedule is not null)
            await rig.SendAsync(Said(schedule));
        return rig;
    }

    private static Control Said(Schedule schedule) => new(new ControlAction.SetSchedule(schedule), "test", "try") { Id = Guid.CreateVersion7() };

    private static Task UpsertAsync(ManagerRig rig, string name) => rig.Database.ExecuteAsync(Insert(name));

    private static string Insert(string name) => $"""
        insert into recon.domain (organisation, name, first_seen, last_seen, source_task)
        values ('default', '{name}', now(), now(), gen_random_uuid())
            on conflict (organisation, name) do update set last_seen = excluded.last_seen
        """;

    private static async Task TickAsync(ManagerRig rig)
    {
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());
    }
}
