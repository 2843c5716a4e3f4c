using System.Text.Json;
using TaskMesh.Core.Messages;
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

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), pools: Pools);
        await rig.StartAsync();
        return rig;
    }

    private static CreateTask Outside(Dictionary<string, string>? labels) => new("outside", Empty, Labels: labels) { Id = Guid.CreateVersion7() };

    private static Control Set(string pool, int? slots, int? packets = null) =>
        new(new ControlAction.SetPool(pool, slots, packets), "test", "try") { Id = Guid.CreateVersion7() };

    private static string[] Queues(ManagerRig rig) =>
        [.. rig.Sent.CountBy(message => message.Queue).Select(queue => $"{queue.Key} {queue.Value}").Order()];
}
