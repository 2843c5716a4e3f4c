using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public class CheckpointTests(ProductCluster cluster)
{
    private static readonly TimeSpan PastLease = TimeSpan.FromSeconds(21);

    [Fact]
    public async Task A_takeover_goes_on_from_the_checkpoint_with_the_parts_that_belong_to_it()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        var first = await ClaimAsync(rig, run, "w1");
        var data = new TaskData(rig.Database.As("tm_worker"), first);
        await data.AppendResultAsync(Json("[1]"), default);
        await data.SaveCheckpointAsync(Json("""{"index":1}"""), default);
        await data.AppendResultAsync(Json("[2]"), default);

        await rig.Database.AdvanceAsync(PastLease);
        var second = await ClaimAsync(rig, run, "w2");
        var later = new TaskData(rig.Database.As("tm_worker"), second);
        await later.AppendResultAsync(Json("[2]"), default);
        await later.SaveCheckpointAsync(Json("""{"index":2}"""), default);

        Assert.Equal("""{"index":1}""", $"{second.Checkpoint}");
        Assert.Equal(
            ["2 1 [1]", "2 2 [2]"], await rig.Database.RowsAsync("select attempt, part, data from task_manager.task_data order by attempt, part"));
    }

    [Fact]
    public async Task A_third_attempt_finds_what_both_left()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var data = new TaskData(rig.Database.As("tm_worker"), await ClaimAsync(rig, run, $"w{attempt}"));
            await data.AppendResultAsync(Json($"[{attempt}]"), default);
            if (attempt < 3)
                await data.SaveCheckpointAsync(Json($"{attempt}"), default);
            await data.AppendResultAsync(Json("[0]"), default);
            await rig.Database.AdvanceAsync(PastLease);
        }

        Assert.Equal(
            ["1 [1]", "2 [2]", "3 [3]", "4 [0]"],
            await rig.Database.RowsAsync("select part, data from task_manager.task_data where attempt = 3 order by part"));
    }

    [Fact]
    public async Task An_attempt_that_was_taken_over_saves_no_checkpoint()
    {
        await using var rig = await RigAsync();
        var run = await DispatchAsync(rig);
        var late = new TaskData(rig.Database.As("tm_worker"), await ClaimAsync(rig, run, "w1"));
        await rig.Database.AdvanceAsync(PastLease);
        await ClaimAsync(rig, run, "w2");

        await Assert.ThrowsAsync<InfrastructureException>(() => late.SaveCheckpointAsync(Json("1"), default));

        Assert.Equal(["-"], await rig.Database.RowsAsync("select checkpoint from task_manager.task"));
    }

    private static async Task<RunTask> DispatchAsync(ManagerRig rig)
    {
        await rig.SendAsync(new CreateTask("inside", Json("{}")) { Id = Guid.CreateVersion7() });
        return Assert.Single(rig.Runs);
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static async Task<RunTask> ClaimAsync(ManagerRig rig, RunTask run, string worker)
    {
        var leases = new TaskLeases(rig.Database.As("tm_worker"), worker);
        var claimed = Assert.IsType<ClaimAnswer.Claimed>(await leases.ClaimAloneAsync(run, default));
        return run with { Attempt = claimed.Lease.Attempt, Nonce = claimed.Lease.Nonce, Checkpoint = claimed.Checkpoint };
    }
}
