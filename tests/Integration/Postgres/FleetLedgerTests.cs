using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public sealed class FleetLedgerTests(ProductCluster cluster)
{
    [Fact]
    public async Task What_a_worker_ran_whose_instance_is_gone_is_anybodys_at_once()
    {
        await using var rig = await RigAsync();
        var run = await ClaimedAsync(rig);
        Assert.Equal(["0"], await ClaimAsync(rig, run, "i-2", "1 second"));

        var gone = await new FleetLedger(rig.Database.As("tm_manager"), "bare-metal").FreeGoneAsync(
            [], ["i-1"], TimeSpan.Zero, TimeSpan.FromSeconds(30), CancellationToken.None);

        Assert.Equal([new GoneInstance("i-1", NeverLived: false)], gone);
        Assert.Equal(["1"], await ClaimAsync(rig, run, "i-2", "1 second"));
        Assert.Equal(["False"], await rig.Database.RowsAsync("select task_manager.heartbeat('i-1', 'bare-metal', '1', 1)"));
    }

    [Fact]
    public async Task An_instance_that_is_missing_from_a_list_and_speaks_keeps_its_slot()
    {
        await using var rig = await RigAsync();
        await ClaimedAsync(rig);
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(10));
        await rig.Database.ExecuteAsync("select task_manager.heartbeat('i-1', 'bare-metal', '1', 1)");

        var gone = await new FleetLedger(rig.Database.As("tm_manager"), "bare-metal").FreeGoneAsync(
            [], [], TimeSpan.Zero, TimeSpan.FromSeconds(30), CancellationToken.None);

        Assert.Empty(gone);
    }

    [Fact]
    public async Task An_idle_worker_stays_where_a_minimum_is_asked_for_and_leaves_when_it_is_not()
    {
        await using var rig = await RigAsync();
        var run = await ClaimedAsync(rig);
        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded()));
        var ledger = new FleetLedger(rig.Database.As("tm_manager"), "bare-metal");

        await ledger.SetMinimumAsync(1, CancellationToken.None);
        Assert.Equal(["False"], await rig.Database.RowsAsync("select task_manager.drain('i-1')"));
        await ledger.SetMinimumAsync(0, CancellationToken.None);
        Assert.Equal(["True"], await rig.Database.RowsAsync("select task_manager.drain('i-1')"));
    }

    [Fact]
    public async Task Only_one_reminder_is_out_at_a_time()
    {
        await using var rig = await RigAsync();
        var ledger = new FleetLedger(rig.Database.As("tm_manager"), "bare-metal");
        await rig.Database.AdvanceAsync(TimeSpan.Zero);

        Assert.True(await ledger.RemindAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
        Assert.False(await ledger.RemindAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.True(await ledger.RemindAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }

    /// <summary>A raw task that runs on the instance that was launched for it.</summary>
    private static async Task<RunTask> ClaimedAsync(ManagerRig rig)
    {
        await rig.SendAsync(new CreateTask("raw", System.Text.Json.JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(rig.Runs);
        await rig.Database.ExecuteAsync("select task_manager.heartbeat('i-1', 'bare-metal', '1', 1)");
        Assert.Equal(["1"], await ClaimAsync(rig, run, "i-1"));
        return run;
    }

    /// <param name="lease">After a restart of the server a lease has its full time again: a short one is over since.</param>
    private static Task<IReadOnlyList<string>> ClaimAsync(
        ManagerRig rig, RunTask run, string worker, string lease = "1 hour") => rig.Database.RowsAsync($"""
        select count(*) from task_manager.claim(
            array['{run.Id}']::uuid[], array[{run.Attempt}], array['{run.Nonce}']::uuid[], '{worker}', interval '{lease}', true)
        """);
}
