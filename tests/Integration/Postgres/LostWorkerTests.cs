using System.Text.Json;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Integration.Manager;
using TaskMesh.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Tasks;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>Tasks whose workers die, perhaps of them.</summary>
[Collection(ProductTests.Name)]
public class LostWorkerTests(ProductCluster cluster)
{
    private static readonly TimeSpan PastLease = LeaseKeeper.LeaseTime + TimeSpan.FromSeconds(1);
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task What_a_worker_was_lost_with_is_claimed_by_itself_until_it_gets_somewhere()
    {
        await using var rig = await RigAsync();
        var first = await DispatchAsync(rig);
        await rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        var second = rig.Runs[1];
        await Leases(rig, "w1").ClaimAsync(rig.Runs, default);
        await rig.Database.AdvanceAsync(PastLease);

        Assert.All(await Leases(rig, "w2").ClaimAsync(rig.Runs, default), answer => Assert.IsType<ClaimAnswer.Alone>(answer));
        var taken = Assert.IsType<ClaimAnswer.Claimed>(await Leases(rig, "w2").ClaimAloneAsync(first, default)).Lease;
        rig.Sent.Clear();
        await rig.Database.AdvanceAsync(0.75 * LeaseKeeper.LeaseTime);
        await Leases(rig, "w2").RenewAsync([taken], default);
        await rig.Database.AdvanceAsync(0.75 * LeaseKeeper.LeaseTime);
        await rig.SendAsync(new Tick());

        var again = Assert.Single(rig.Runs);
        Assert.Equal((second.Id, 2), (again.Id, again.Attempt));
        Assert.IsType<ClaimAnswer.Alone>(Assert.Single(await Leases(rig, "w3").ClaimAsync([again], default)));
        Assert.IsType<ClaimAnswer.Claimed>(await Leases(rig, "w3").ClaimAloneAsync(again, default));
        Assert.Equal(["1", "1"], await rig.Database.RowsAsync("select lost from task_manager.task"));
        await rig.SendAsync(ManagerRig.Report(again, new TaskOutcome.Failed(ErrorClass.Infrastructure, "no room")));
        Assert.Equal(["0", "1"], await rig.Database.RowsAsync("select lost from task_manager.task order by lost"));
    }

    [Fact]
    public async Task What_nobody_has_taken_over_soon_after_its_lease_is_sent_anew()
    {
        await using var rig = await RigAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        var lost = await DispatchAsync(rig);
        await Leases(rig, "w1").ClaimAsync([lost], default);
        rig.Sent.Clear();

        await rig.Database.AdvanceAsync(LeaseKeeper.LeaseTime + SweepRunner.TakeoverTime - TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());
        Assert.Empty(rig.Runs);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(2));
        await rig.SendAsync(new Tick());

        Assert.Equal((lost.Id, 2), (Assert.Single(rig.Runs).Id, rig.Runs[0].Attempt));
    }

    [Fact]
    public async Task While_reports_wait_for_the_Manager_nobody_counts_as_lost()
    {
        await using var rig = await RigAsync();
        var lost = await DispatchAsync(rig);
        await rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        var reported = rig.Runs[1];
        await Leases(rig, "w1").ClaimAsync(rig.Runs, default);
        rig.Sent.Clear();
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(1));

        await rig.SendAsync(new Tick(), ManagerRig.Report(reported, new TaskOutcome.Succeeded()));
        Assert.Empty(rig.Runs);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());

        Assert.Equal(lost.Id, Assert.Single(rig.Runs).Id);
    }

    [Fact]
    public async Task What_a_lost_worker_had_in_hand_is_done_one_by_one()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync(), AllTasks.Catalogue);
        await rig.StartAsync();
        for (var i = 0; i < 10; i++)
            await rig.SendAsync(new CreateTask("insert-data", JsonElement.Parse("""{"key":"a","value":1}""")) { Id = Guid.CreateVersion7() });
        await Leases(rig, "w1").ClaimAsync(rig.Runs, default);
        await rig.Database.AdvanceAsync(PastLease);

        await new RigWorker(rig).RunAllAsync();

        Assert.Equal(["10 2 1"], await rig.Database.RowsAsync(
            "select count(*), min(attempt), max(lost) from task_manager.task where state = 'Succeeded' and worker = 'worker'"));
    }

    [Fact]
    public async Task The_loss_of_a_worker_whose_task_saved_its_position_does_not_count()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        var leases = Leases(rig, "w1");
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            var lease = Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await leases.ClaimAsync([run], default))).Lease;
            await new TaskData(rig.Database.As("tm_internal"), run with { Attempt = lease.Attempt, Nonce = lease.Nonce })
                .SaveCheckpointAsync(Empty, default);
            await rig.Database.AdvanceAsync(PastLease);
        }

        Assert.Equal(["8"], await rig.Database.RowsAsync("select attempt from task_manager.task"));
    }

    [Fact]
    public async Task A_task_that_got_nowhere_with_five_workers_lost_fails_for_good()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        for (var worker = 1; worker <= 5; worker++)
        {
            Assert.IsType<ClaimAnswer.Claimed>(await Leases(rig, $"w{worker}").ClaimAloneAsync(run, default));
            await rig.Database.AdvanceAsync(PastLease);
        }

        Assert.IsType<ClaimAnswer.Busy>(await Leases(rig, "w6").ClaimAloneAsync(run, default));
        Assert.IsType<ClaimAnswer.Busy>(Assert.Single(await Leases(rig, "w6").ClaimAsync([run], default)));
        await rig.Database.AdvanceAsync(PastLease);
        await rig.SendAsync(new Tick());

        const string reason = "5 workers were lost with it, and it got nowhere: the last was w5";
        Assert.Equal([$"Failed 1 {reason}"], await rig.Database.RowsAsync("select state, failures, reason from task_manager.task"));
        Assert.Equal([$"Failed {reason}"], await rig.Database.RowsAsync("select state, reason from task_manager.dead_letter"));
        Assert.Equal(["Failed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(0, await rig.Database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'internal'"));
        Assert.IsType<ClaimAnswer.Superseded>(await Leases(rig, "w6").ClaimAloneAsync(run, default));
    }

    private static TaskLeases Leases(ManagerRig rig, string worker) => new(rig.Database.As("tm_internal"), worker);

    private static async Task<RunTask> DispatchAsync(ManagerRig rig)
    {
        await rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        return Assert.Single(rig.Runs);
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
