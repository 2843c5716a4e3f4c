using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Waiting;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Reading;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>Networks may get 1,000 packets a second unless a test says otherwise.</summary>
[Collection(ProductTests.Name)]
public class PacketBudgetTests(ProductCluster cluster)
{
    private const string Network = "192.0.2.0/24";

    [Fact]
    public async Task A_scan_alone_gets_what_it_wants_up_to_the_networks_rate()
    {
        await using var rig = await RigAsync();
        var scan = await ScanAsync(rig);

        Assert.Equal(new(400, 400), await scan.AskAsync(Network, 400));
        Assert.Equal(new(1000, 5000), await scan.AskAsync(Network, 5000));
    }

    [Fact]
    public async Task Scans_of_one_network_share_its_rate_and_get_no_more_together_while_one_hands_over()
    {
        await using var rig = await RigAsync();
        var (first, second, third) = (await ScanAsync(rig), await ScanAsync(rig), await ScanAsync(rig));
        await first.AskAsync(Network, 5000);

        Assert.Equal(0, (await second.AskAsync(Network, 5000)).PerNetwork);
        Assert.Equal(500, (await first.AskAsync(Network, 5000)).PerNetwork);
        Assert.Equal(0, (await second.AskAsync(Network, 5000)).PerNetwork);
        Assert.Equal(500, (await first.AskAsync(Network, 5000)).PerNetwork);
        Assert.Equal(500, (await second.AskAsync(Network, 5000)).PerNetwork);

        for (var round = 0; round < 2; round++)
        {
            foreach (var scan in new[] { third, first, second })
                await scan.AskAsync(Network, 5000);
        }
        Assert.Equal(1000.0 / 3, (await third.AskAsync(Network, 5000)).PerNetwork, precision: 6);
        Assert.Equal(1000, first.Held.PerNetwork + second.Held.PerNetwork + third.Held.PerNetwork, precision: 6);
    }

    [Fact]
    public async Task What_one_cannot_use_another_gets()
    {
        await using var rig = await RigAsync();
        var (slow, fast) = (await ScanAsync(rig), await ScanAsync(rig));

        Assert.Equal(100, (await slow.AskAsync(Network, 100)).PerNetwork);
        Assert.Equal(900, (await fast.AskAsync("192.0.2.77", 5000)).PerNetwork);
        Assert.Equal(100, (await slow.AskAsync(Network, 100)).PerNetwork);
    }

    [Fact]
    public async Task Scans_of_other_networks_do_not_count()
    {
        await using var rig = await RigAsync();
        var (wide, left, right) = (await ScanAsync(rig), await ScanAsync(rig), await ScanAsync(rig));
        for (var round = 0; round < 4; round++)
        {
            await wide.AskAsync("192.0.2.0/23", 5000);
            await left.AskAsync("192.0.2.0/24", 5000);
            await right.AskAsync("192.0.3.0/24", 5000);
        }
        var six = await ScanAsync(rig);

        Assert.Equal([500, 500, 500], new[] { wide, left, right }.Select(scan => scan.Held.PerNetwork));
        Assert.Equal(1000, (await six.AskAsync("2001:db8::/48", 5000)).PerNetwork);
    }

    [Fact]
    public async Task An_organisations_scans_share_its_rate_wherever_they_send()
    {
        await using var rig = await RigAsync();
        await SteerAsync(rig, new ControlAction.SetLimits("default", PacketsPerSecond: 600));
        var (first, second, other) = (await ScanAsync(rig), await ScanAsync(rig), await ScanAsync(rig, "other"));
        for (var round = 0; round < 3; round++)
        {
            await first.AskAsync(Network, 5000);
            await second.AskAsync("198.51.100.0/24", 5000);
        }

        Assert.Equal([new(1000, 300), new(1000, 300)], new[] { first.Held, second.Held });
        Assert.Equal(new(1000, 5000), await other.AskAsync("203.0.113.0/24", 5000));
    }

    [Fact]
    public async Task A_pools_scans_share_its_rate_whoevers_they_are()
    {
        await using var rig = await RigAsync();
        await SteerAsync(rig, new ControlAction.SetPool("internal", PacketsPerSecond: 900));
        await SteerAsync(rig, new ControlAction.SetLimits("default", PacketsPerSecond: 600));
        var (first, second, other) = (await ScanAsync(rig), await ScanAsync(rig), await ScanAsync(rig, "other"));
        for (var round = 0; round < 4; round++)
        {
            await first.AskAsync(Network, 200);
            await second.AskAsync("198.51.100.0/24", 5000);
            await other.AskAsync("203.0.113.0/24", 5000);
        }

        Assert.Equal([200, 300, 300], new[] { first, second, other }.Select(scan => scan.Held.Total));
        Assert.Equal(
            "It runs on w1. Told 5000 packets/s, it may send 300: its pool's rate is shared with 2 other scans: `taskmesh pool set --packets`.",
            (await WhyAsync(rig, other)).Sentence);
    }

    [Fact]
    public async Task The_rate_of_networks_holds_from_the_next_question_on()
    {
        await using var rig = await RigAsync();
        var scan = await ScanAsync(rig);
        await scan.AskAsync(Network, 5000);

        await SteerAsync(rig, new ControlAction.SetNetworkRate(50));
        Assert.Equal(50, (await scan.AskAsync(Network, 5000)).PerNetwork);

        Assert.Equal("packetsPerSecond: 0 is not from 1 to 10000000", await rig.SteerAsync(new ControlAction.SetNetworkRate(0)));
        Assert.Equal(50, await new MeshReader(rig.Database.As("tm_reader")).NetworkRateAsync(default));
    }

    [Fact]
    public async Task A_lost_workers_share_goes_to_others_when_its_lease_has_ended()
    {
        await using var rig = await RigAsync();
        var (lost, next) = (await ScanAsync(rig), await ScanAsync(rig));
        await lost.AskAsync(Network, 5000);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(4.9));

        Assert.Equal(0, (await next.AskAsync(Network, 5000)).PerNetwork);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1000, (await next.AskAsync(Network, 5000)).PerNetwork);
    }

    [Fact]
    public async Task What_is_given_back_is_free_at_once()
    {
        await using var rig = await RigAsync();
        var (first, second) = (await ScanAsync(rig), await ScanAsync(rig));
        await first.AskAsync(Network, 5000);

        await first.Budget.ReleaseAsync(default);

        Assert.Equal(1000, (await second.AskAsync(Network, 5000)).PerNetwork);
    }

    [Fact]
    public async Task An_attempt_that_was_taken_over_gets_nothing_and_what_it_held_counts_until_it_ends()
    {
        await using var rig = await RigAsync();
        var old = await ScanAsync(rig);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(19));
        await old.AskAsync(Network, 5000);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(2));
        var taken = await ClaimAsync(rig, old.Run, "w2");

        Assert.Equal(PacketGrant.None, await old.AskAsync(Network, 5000));
        Assert.Equal(0, (await taken.AskAsync(Network, 5000)).PerNetwork);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(1000, (await taken.AskAsync(Network, 5000)).PerNetwork);
    }

    [Fact]
    public async Task Scans_that_ask_all_at_once_get_no_more_than_the_rate()
    {
        await using var rig = await RigAsync();
        var scans = new List<PlayedScan>();
        for (var number = 0; number < 8; number++)
            scans.Add(await ScanAsync(rig));

        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(scans.Select(scan => scan.AskAsync(Network, 5000)));
            Assert.InRange(await rig.Database.ScalarAsync<double>("select sum(held_per_network) from task_manager.packet_lease"), 0, 1000.001);
        }
        Assert.All(scans, scan => Assert.Equal(125, scan.Held.PerNetwork, precision: 6));
    }

    [Fact]
    public async Task Why_tells_what_a_scan_shares()
    {
        await using var rig = await RigAsync();
        var (first, second) = (await ScanAsync(rig), await ScanAsync(rig));
        for (var round = 0; round < 3; round++)
        {
            await first.AskAsync(Network, 5000);
            await second.AskAsync(Network, 5000);
        }

        var why = await WhyAsync(rig, second);

        Assert.Equal(WaitCause.PacketRate, why.Cause);
        Assert.Equal(
            "It runs on w1. Told 5000 packets/s, it may send 500 to each /24 (IPv6: /48), shared with one other scan: `taskmesh limits network`.",
            why.Sentence);
    }

    private static Task<IReadOnlyList<string>> SteerAsync(ManagerRig rig, ControlAction action) =>
        rig.SendAsync(new Control(action, "tester", "test") { Id = Guid.CreateVersion7() });

    private static async Task<PlayedScan> ScanAsync(ManagerRig rig, string organisation = "default")
    {
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("inside", JsonElement.Parse("{}"), Organisation: organisation) { Id = id });
        return await ClaimAsync(rig, rig.Runs.Single(run => run.Id == id), "w1");
    }

    private static async Task<Explanation> WhyAsync(ManagerRig rig, PlayedScan scan) =>
        WaitExplainer.Explain((await new WaitReader(rig.Database.As("tm_reader")).FactsAsync(scan.Run.Id, default))!);

    private static async Task<PlayedScan> ClaimAsync(ManagerRig rig, RunTask run, string worker)
    {
        var database = rig.Database.As("tm_worker");
        var claimed = Assert.IsType<ClaimAnswer.Claimed>(await new TaskLeases(database, worker).ClaimAloneAsync(run, default));
        return new(run, new PacketBudget(database, claimed.Lease));
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('other')");
        // From here on the database's clock stands still.
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        return rig;
    }

    /// <summary>A scan that says what it holds, as the product's do.</summary>
    private sealed class PlayedScan(RunTask run, PacketBudget budget)
    {
        public RunTask Run => run;

        public PacketBudget Budget => budget;

        public PacketGrant Held { get; private set; }

        public async Task<PacketGrant> AskAsync(string targets, double wanted) =>
            Held = await budget.AskAsync(new(TargetNetwork.RangesOf(new([AddressRange.Parse(targets)])), wanted, Held), default);
    }
}
