using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public class SuccessTests(ProductCluster cluster)
{
    private const short Shard = 3;
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task Two_batches_that_count_in_one_row_never_wait_for_each_other_in_a_circle()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.SendAsync(new CreateCollection(new ParallelNode([new TaskNode("a", "inside", Empty), new TaskNode("b", "inside", Empty)]))
        {
            Id = Guid.CreateVersion7(),
        });
        await using var manager = rig.Database.As("tm_manager");
        await using var first = await manager.OpenConnectionAsync();
        await using var second = await manager.OpenConnectionAsync();

        await using var dispatching = await first.BeginTransactionAsync();
        await EndAsync(first, rig.Runs[0], freesSlots: false);
        var other = EndAsync(second, rig.Runs[1], freesSlots: true);
        await rig.Database.UntilSomebodyWaitsAsync();
        await new DispatchStore(first).LockAsync(new Dictionary<string, int> { ["internal"] = 1 }, default);
        await dispatching.CommitAsync();
        await other;

        Assert.Equal(["2"], await rig.Database.RowsAsync("select sum(succeeded) from task_manager.progress"));
        Assert.Equal(0, await rig.Database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'internal'"));
    }

    private static Task<Later<EndedTask>> EndAsync(NpgsqlConnection connection, RunTask run, bool freesSlots) =>
        new SuccessStore(connection).EndAsync([(run.Id, run.Attempt, run.Nonce, null)], [], Shard, freesSlots, default);
}
