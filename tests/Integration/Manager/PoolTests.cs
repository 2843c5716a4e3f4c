using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class PoolTests(ProductCluster cluster)
{
    private const string Pools = """
        [{"name":"dmz","class":"External","slots":2,"labels":{"net":"dmz"},"queueUrl":"dmz"},
         {"name":"inner","class":"External","slots":5,"kinds":["out*"],"queueUrl":"inner"}]
        """;

    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly Dictionary<string, string> Dmz = new() { ["net"] = "dmz" };

    [Fact]
    public async Task Each_pool_has_its_queue_and_its_room_and_a_full_one_does_not_hold_the_other_up()
    {
        await using var rig = await RigAsync();

        await rig.SendAsync([.. Enumerable.Range(0, 100).Select(i => Outside(i % 2 == 0 ? Dmz : null))]);

        Assert.Equal(["dmz 4", "inner 10"], Queues(rig));
    }

    [Fact]
    public async Task Slots_are_set_by_hand_and_given_back_to_the_configuration()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Set("inner", 0));
        await rig.SendAsync([.. Enumerable.Range(0, 100).Select(_ => Outside(null))]);
        Assert.Empty(rig.Sent);

        await rig.SendAsync(Set("inner", 1));
        await rig.SendAsync(new Tick());
        Assert.Equal(["inner 2"], Queues(rig));

        await rig.SendAsync(Set("inner", null));
        await rig.SendAsync(new Tick());
        Assert.Equal(["inner 10"], Queues(rig));
    }

    [Fact]
    public async Task What_is_left_out_stays_as_it_is()
    {
        await using var rig = await RigAsync();
        const string sql = """
            select coalesce(slots::text, 'configured'), coalesce(packet_rate::text, 'any') from task_manager.pool where name = 'inner'
            """;
        var seen = new List<string>();
        foreach (var (slots, packets) in new (int?, int?)[] { (4, 900), (5, null), (null, 800), (null, 0), (null, 700), (null, null) })
        {
            await rig.SendAsync(Set("inner", slots, packets));
            seen.AddRange(await rig.Database.RowsAsync(sql));
        }

        Assert.Equal(["4 900", "5 900", "5 800", "5 any", "5 700", "configured 700"], seen);
    }

    /// <summary>Nobody knows the queue of a pool that is gone: that must not keep what stands behind its tasks from being sent.</summary>
    [Fact]
    public async Task Tasks_of_a_pool_that_is_gone_hold_nobody_up_and_go_to_whichever_serves_them_next()
    {
        await using var before = await RigAsync();
        before.Fault = _ => new SendAnswer("not now", SenderFault: false);
        await before.SendAsync([.. Enumerable.Range(0, 6).Select(_ => Outside(Dmz)), Outside(null)]);
        await before.Database.AdvanceAsync(TimeSpan.FromSeconds(30));

        await using var after = await RigAsync("""[{"name":"inner","class":"External","kinds":["out*"],"queueUrl":"inner"}]""", before.Database);
        await after.SendAsync(new Tick(Sweep.Minute));

        Assert.Equal(["inner 1"], Queues(after));
        Assert.Equal(
            ["Dispatched inner -", .. Enumerable.Repeat("Pending - no-worker-for:net=dmz", 6)],
            await after.Database.RowsAsync("select state, pool, reason from task_manager.task order by state desc"));
        Assert.Equal(["dmz 0 0"], await after.Database.RowsAsync(
            "select name, dispatch_window, in_flight from task_manager.pool where name = 'dmz'"));

        await using var again = await RigAsync(
            """[{"name":"elsewhere","class":"External","slots":9,"labels":{"net":"dmz"},"queueUrl":"elsewhere"}]""", before.Database);
        await before.Database.AdvanceAsync(TimeSpan.FromMinutes(1));
        await again.SendAsync(new Tick(Sweep.Minute));

        Assert.Equal(["elsewhere 6"], Queues(again));
    }

    [Fact]
    public async Task A_task_that_found_no_pool_gets_the_one_that_is_configured_for_it()
    {
        await using var before = await RigAsync("");
        var second = new TaskNode("second", "outside", Empty, Labels: Dmz);
        await before.SendAsync(
            Outside(Dmz),
            new CreateCollection(new SequentialNode([new TaskNode("first", "outside", Empty), second])) { Id = Guid.CreateVersion7() });
        Assert.Equal(["external 1"], Queues(before));

        await using var after = await RigAsync(Pools, before.Database);
        await after.SendAsync(new Tick(Sweep.Minute));
        Assert.Equal(["dmz 1"], Queues(after));

        var first = Assert.Single(before.Runs);
        await after.SendAsync(ManagerRig.Report(first, new TaskOutcome.Succeeded()));
        Assert.Equal(["dmz 2"], Queues(after));
    }

    private Task<ManagerRig> RigAsync() => RigAsync(Pools);

    private async Task<ManagerRig> RigAsync(string pools, ProductDatabase? database = null)
    {
        var rig = new ManagerRig(database ?? await cluster.CreateAsync(), pools: pools);
        await rig.StartAsync();
        return rig;
    }

    private static CreateTask Outside(Dictionary<string, string>? labels) => new("outside", Empty, Labels: labels) { Id = Guid.CreateVersion7() };

    private static Control Set(string pool, int? slots, int? packets = null) =>
        new(new ControlAction.SetPool(pool, slots, packets), "test", "try") { Id = Guid.CreateVersion7() };

    private static string[] Queues(ManagerRig rig) =>
        [.. rig.Sent.CountBy(message => message.Queue).Select(queue => $"{queue.Key} {queue.Value}").Order()];
}
