using System.Text.Json;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public class LeaseTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly TimeSpan PastLease = LeaseKeeper.LeaseTime + TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_claim_starts_the_attempt_and_a_second_one_finds_it_busy()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        var (first, second) = (Leases(rig, "w1"), Leases(rig, "w2"));

        var claimed = Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await first.ClaimAsync([run], default)));
        var busy = Assert.IsType<ClaimAnswer.Busy>(Assert.Single(await second.ClaimAsync([run], default)));

        Assert.Equal(new Lease(run.Id, 1, run.Nonce), claimed.Lease);
        Assert.InRange(busy.LeaseLeft, TimeSpan.FromSeconds(1), LeaseKeeper.LeaseTime);
        Assert.Equal(["Running w1"], await rig.Database.RowsAsync("select state, worker from task_manager.task"));
        Assert.True(await rig.Database.ScalarAsync<bool>("select lease_until >= started_at + interval '12 seconds' from task_manager.task"));
    }

    [Fact]
    public async Task A_batch_with_the_same_task_twice_runs_it_once()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);

        var answers = await Leases(rig, "w1").ClaimAsync([run, run], default);

        Assert.IsType<ClaimAnswer.Claimed>(answers[0]);
        Assert.IsNotType<ClaimAnswer.Claimed>(answers[1]);
    }

    [Fact]
    public async Task A_claim_that_waited_for_a_lock_is_dated_by_when_its_lease_began()
    {
        await using var rig = await RigAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        for (var i = 0; i < 3; i++)
            await rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        await using var superuser = rig.Database.As("postgres");
        await using var connection = await superuser.OpenConnectionAsync();
        await using var holder = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand($"select from task_manager.task where id = '{rig.Runs[1].Id}' for update", connection, holder);
        await hold.ExecuteNonQueryAsync();

        var claim = Leases(rig, "w1").ClaimAsync(rig.Runs, default);
        await rig.Database.UntilSomebodyWaitsAsync();
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(5));
        await holder.CommitAsync();
        await claim;

        Assert.Equal(
            ["00:00:12 True", "00:00:12 True", "00:00:12 True"],
            await rig.Database.RowsAsync("""
                select t.lease_until - e.at, e.at = t.started_at
                  from task_manager.task t join task_manager.task_event e on e.task_id = t.id and e.state = 'Running'
                """));
        Assert.Equal(5, await rig.Database.ScalarAsync<double>(
            "select extract(epoch from max(started_at) - min(started_at))::float8 from task_manager.task"));
    }

    [Fact]
    public async Task An_expired_lease_is_taken_over_as_a_new_attempt_and_the_old_worker_writes_nothing()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        await Leases(rig, "w1").ClaimAsync([run], default);
        await rig.Database.AdvanceAsync(PastLease);

        var taken = Assert.IsType<ClaimAnswer.Claimed>(await Leases(rig, "w2").ClaimAloneAsync(run, default));

        Assert.Equal(2, taken.Lease.Attempt);
        Assert.NotEqual(run.Nonce, taken.Lease.Nonce);
        Assert.Empty(await Leases(rig, "w1").RenewAsync([new Lease(run.Id, 1, run.Nonce)], default));
        var late = new TaskData(rig.Database.As("tm_internal"), run);
        await Assert.ThrowsAsync<InfrastructureException>(() => late.WriteSharedAsync("key", Empty, default));
        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded()));
        Assert.Equal(["1 Succeeded"], await rig.Database.RowsAsync("select attempt, outcome from task_manager.stale_report"));
        Assert.Equal(["Running 2 w2"], await rig.Database.RowsAsync("select state, attempt, worker from task_manager.task"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select count(*) from task_manager.task_collection_data"));
    }

    [Fact]
    public async Task Renewing_keeps_a_lease_and_stops_at_the_deadline()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig, deadline: TimeSpan.FromSeconds(60));
        var leases = Leases(rig, "w1");
        await leases.ClaimAsync([run], default);
        var lease = new Lease(run.Id, 1, run.Nonce);

        for (var i = 0; i < 5; i++)
        {
            await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(10));
            Assert.Contains(run.Id, await leases.RenewAsync([lease], default));
        }
        Assert.IsType<ClaimAnswer.Busy>(Assert.Single(await Leases(rig, "w2").ClaimAsync([run], default)));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(11));

        Assert.Empty(await leases.RenewAsync([lease], default));
    }

    [Fact]
    public async Task The_sweep_puts_a_lost_task_back_and_it_runs_again_without_a_failure()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        await Leases(rig, "w1").ClaimAsync([run], default);
        rig.Sent.Clear();

        await rig.Database.AdvanceAsync(2 * PastLease);
        await rig.SendAsync(new Tick());

        Assert.Equal(2, Assert.Single(rig.Runs).Attempt);
        Assert.Equal(["0 Dispatched"], await rig.Database.RowsAsync("select failures, state from task_manager.task"));
        Assert.Contains(
            "Pending worker lost: the lease of w1 expired", await rig.Database.RowsAsync("select state, reason from task_manager.task_event"));
        Assert.Equal(1, await rig.Database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'internal'"));
    }

    [Fact]
    public async Task A_lost_task_is_found_behind_however_many_that_run()
    {
        await using var rig = await RigAsync();
        await DispatchAsync(rig);
        await rig.Database.ExecuteAsync($"""
            update task_manager.task
               set state = 'Running', worker = 'w1', started_at = task_manager.clock(), lease_until = task_manager.clock() + interval '1 hour';
            with long_ones as (
                insert into task_manager.task (
                       id, collection_id, container_id, ordinal, attempt, state, priority, deadline, organisation, pool, kind, input,
                       started_at, lease_until)
                select gen_random_uuid(), collection_id, container_id, n, 1, state, 0, deadline, organisation, pool, kind, input, started_at,
                       case when n <= {SweepStore.DispatchRowLimit} then lease_until else task_manager.clock() end
                  from task_manager.task cross join generate_series(1, {SweepStore.DispatchRowLimit + 1}) n
             returning id, pool, ordinal)
            insert into task_manager.dispatch (pool, tasks, attempts, written_at, looked_at, sent_at)
            select pool, array[id], array[1], w.at, w.at, w.at
              from long_ones cross join lateral (select task_manager.clock() + ordinal * interval '1 ms' as at) w
            """);
        await rig.Database.AdvanceAsync(2 * PastLease);
        await using var manager = rig.Database.As("tm_manager");
        await using var connection = await manager.OpenConnectionAsync();
        var sweep = new SweepStore(connection);

        Assert.Empty(await sweep.ReclaimAsync(LeaseKeeper.LeaseTime, LeaseKeeper.LeaseTime, default));
        Assert.Single(await sweep.ReclaimAsync(LeaseKeeper.LeaseTime, LeaseKeeper.LeaseTime, default));
    }

    [Fact]
    public async Task A_claim_tells_what_is_left_until_the_deadline_by_the_databases_clock()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig, deadline: TimeSpan.FromHours(2));
        await rig.Database.AdvanceAsync(TimeSpan.FromHours(1));

        var claimed = Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await Leases(rig, "w1").ClaimAsync([run], default)));

        Assert.InRange(claimed.TimeLeft, TimeSpan.FromMinutes(55), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task No_lease_expires_within_one_lease_of_the_servers_start()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        await Leases(rig, "w1").ClaimAsync([run], default);

        var expired = await rig.Database.RowsAsync("""
            select task_manager.lease_expired(
                       task_manager.clock() - interval '1 h', task_manager.clock() - pg_postmaster_start_time() + interval '1 s')
            """);

        Assert.Equal("False", Assert.Single(expired));
    }

    [Fact]
    public async Task A_cancelled_task_loses_its_lease_and_writes_nothing_more()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        var leases = Leases(rig, "w1");
        await leases.ClaimAsync([run], default);

        await rig.SendAsync(new Control(new ControlAction.Cancel(run.Collection), "tester", "enough") { Id = Guid.CreateVersion7() });

        Assert.Empty(await leases.RenewAsync([new Lease(run.Id, 1, run.Nonce)], default));
        var late = new TaskData(rig.Database.As("tm_internal"), run);
        await Assert.ThrowsAsync<InfrastructureException>(() => late.AppendResultAsync(Empty, default));
    }

    [Fact]
    public async Task Roles_of_workers_cannot_touch_the_managers_tables()
    {
        await using var rig = await RigAsync();
        await using var worker = rig.Database.As("tm_internal");
        await using var update = worker.CreateCommand("update task_manager.task set state = 'Succeeded'");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => update.ExecuteNonQueryAsync());

        Assert.Equal("42501", refused.SqlState);
    }

    private static TaskLeases Leases(ManagerRig rig, string worker) => new(rig.Database.As("tm_internal"), worker);

    private static async Task<RunTask> DispatchAsync(ManagerRig rig, TimeSpan? deadline = null)
    {
        await rig.SendAsync(new CreateTask("inside", Empty, Deadline: deadline) { Id = Guid.CreateVersion7() });
        return Assert.Single(rig.Runs);
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
