using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

public class RawScannerTests
{
    private const string HundredPorts = "1-100";
    private const string NotAsked = "Addresses of this machine, of no machine and without a way to them are not asked: ";
    private const string Apart = "The targets are reached by several interfaces:";
    private const int Planned = 25_600;

    [LabFact]
    public async Task A_scan_finds_the_truth_and_nothing_else()
    {
        await using var lab = await BuildAsync(seed: 1);

        var truth = lab.Truth.Findings(lab.Targets, HundredPorts);
        foreach (var wire in new[] { "pcap", "packet", "xdp" })
        {
            var report = await LabScan.RunAsync(lab, Request(lab) with { Wire = wire });

            Assert.Equal(truth, report.Findings);
            Assert.Equal((Planned, truth.Count, Planned - truth.Count, wire), Ends(report.Coverage));
            Assert.Equal(0, report.Coverage.SendErrors);
        }
        Assert.Equal(0, (await lab.CountsAsync(CancellationToken.None)).BadChecksums);
    }

    [LabFact]
    public async Task Two_sending_threads_ask_everything_too()
    {
        await using var lab = await BuildAsync(seed: 6);

        // The rate asks for a second thread; what the far end cannot take at that rate is asked again.
        var report = await LabScan.RunAsync(lab, Request(lab) with { Wire = "xdp", PacketsPerSecond = 1_000_000, Retries = 10 });

        var truth = lab.Truth.Findings(lab.Targets, HundredPorts);
        Assert.Equal(truth, report.Findings);
        Assert.Equal((Planned, truth.Count, Planned - truth.Count, "xdp"), Ends(report.Coverage));
        Assert.Equal((0, 0), (report.Coverage.SendErrors, (await lab.CountsAsync(CancellationToken.None)).BadChecksums));
    }

    [LabFact]
    public async Task Forged_answers_give_no_result()
    {
        await using var lab = await BuildAsync(seed: 2, forges: true);

        var report = await LabScan.RunAsync(lab, Request(lab));

        var counts = await lab.CountsAsync(CancellationToken.None);
        Assert.Equal(counts.Syns, counts.Answers);
        Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts), report.Findings);
    }

    [LabFact]
    public async Task A_denied_target_inside_the_plan_gets_no_packet()
    {
        await using var lab = await BuildAsync(seed: 3);

        var report = await LabScan.RunAsync(lab, Request(lab) with { Deny = ["198.19.0.64/26", "198.19.0.255"] });

        var counts = await lab.CountsAsync(CancellationToken.None);
        Assert.Equal("198.19.0.0/26, 198.19.0.128-198.19.0.254", counts.Addresses);
        Assert.Equal(0, counts.Strays);
        Assert.Equal(65 * 100, report.Coverage.OutOfScope);
        Assert.Equal(0, report.Coverage.NotSent);
    }

    [LabFact]
    public async Task A_plan_outside_the_scope_sends_nothing_at_all()
    {
        await using var lab = await BuildAsync(seed: 4);

        var report = await LabScan.RunAsync(lab, Request(lab) with { Allow = ["192.0.2.0/24"] });

        var counts = await lab.CountsAsync(CancellationToken.None);
        Assert.Equal((0, 0), (counts.Syns, counts.AddressCount));
        Assert.Equal(Planned, report.Coverage.OutOfScope);
    }

    [LabFact]
    public async Task A_link_that_goes_down_fails_the_scan_and_is_no_silence()
    {
        await using var lab = await BuildAsync(seed: 5);
        var running = LabScan.RunAsync(lab, Request(lab) with { PacketsPerSecond = 5000 });
        await AtTheFarEndAsync(lab, counts => counts.Syns > 2000);

        lab.CutLink();
        var coverage = (await running).Coverage;

        Assert.Equal("scanner0 is down.", coverage.NotSentReason);
        Assert.Equal(0, coverage.NoAnswer);
        Assert.Equal(Planned, coverage.Open + coverage.Closed + coverage.NotSent);
        Assert.True(coverage.PacketsSent < Planned);
    }

    [LabFact]
    public async Task Probes_can_leave_from_an_address_that_the_kernel_does_not_own()
    {
        await using var lab = await BuildAsync(seed: 6);

        var report = await LabScan.RunAsync(lab, Request(lab) with { SourceAddress = "198.18.0.77", ReportClosed = false });

        var truth = lab.Truth.Findings(lab.Targets, HundredPorts);
        Assert.Equal(truth.Where(each => each.EndsWith($"{PortState.Open}", StringComparison.Ordinal)), report.Findings);
    }

    [LabFact]
    public async Task A_neighbour_with_a_real_kernel_is_scanned_too()
    {
        await using var lab = await BuildAsync(seed: 7);

        var report = await LabScan.RunAsync(lab, new ScanRequest($"{NetworkLab.Gateway}", HundredPorts, Seed: 7, [$"{NetworkLab.Gateway}"]));

        Assert.Equal((100, 100, 0, "packet"), Ends(report.Coverage));
    }

    [LabFact]
    public async Task Neighbours_that_differ_are_left_to_the_kernel()
    {
        await using var lab = await BuildAsync(seed: 8);
        await LabScan.OutputAsync(lab.InTarget("ip", "addr", "add", "198.18.0.4/24", "dev", "target0"));

        var report = await LabScan.RunAsync(lab, new ScanRequest("198.18.0.2,198.18.0.4", HundredPorts, Seed: 8, ["198.18.0.0/24"]));

        Assert.Equal((200, 200, 0, "ip"), Ends(report.Coverage));
    }

    [LabFact]
    public async Task Our_own_address_among_the_targets_is_left_out_and_counted()
    {
        await using var lab = await BuildAsync(seed: 14);

        var report = await LabScan.RunAsync(lab, new ScanRequest("198.18.0.1-198.18.0.4", HundredPorts, Seed: 14, ["198.18.0.0/24"]));

        Assert.Equal((400, 100, 200, "ip"), Ends(report.Coverage));
        Assert.Equal((100, $"{NotAsked}198.18.0.1."), Refusal(report));
    }

    [LabFact]
    public async Task A_next_hop_that_nobody_has_is_refused()
    {
        await using var lab = await BuildAsync(seed: 13);

        var report = await LabScan.RunAsync(lab, new ScanRequest("198.18.0.99", HundredPorts, Seed: 13, ["198.18.0.0/24"]));

        Assert.Equal((100, "The next hop 198.18.0.99 does not answer on scanner0."), Refusal(report));
    }

    [LabFact]
    public async Task What_cannot_be_reached_is_refused_in_one_sentence()
    {
        await using var lab = await BuildAsync(seed: 9);

        var noRoute = await LabScan.RunAsync(lab, new ScanRequest("203.0.113.0/24", "80", Seed: 9, ["203.0.113.0/24"]));
        var apart = await LabScan.RunAsync(lab, new ScanRequest("127.0.0.1,198.18.0.2", "80", Seed: 9, ["127.0.0.1", "198.18.0.2"]));
        const string manyTargets = "127.0.0.1,127.0.0.3,127.0.0.5,127.0.0.7,127.0.0.9,198.18.0.2";
        var many = await LabScan.RunAsync(lab, new ScanRequest(manyTargets, "80", Seed: 9, ["127.0.0.0/8", "198.18.0.2"]));

        Assert.Equal((256, "There is no way to 203.0.113.0/24: Network is unreachable."), Refusal(noRoute));
        Assert.Equal((2, $"{Apart} 127.0.0.1 by lo; 198.18.0.2 by scanner0. Scan those of each interface apart."), Refusal(apart));
        Assert.Equal(
            (6, $"{Apart} 127.0.0.1, 127.0.0.3, 127.0.0.5 and 2 more ranges by lo; 198.18.0.2 by scanner0. Scan those of each interface apart."),
            Refusal(many));
    }

    [LabFact]
    public async Task What_has_no_way_to_it_is_counted_where_the_rest_has_one()
    {
        await using var lab = await BuildAsync(seed: 15);
        const string unreached = "203.0.113.0/30,2001:db8::7";

        var report = await LabScan.RunAsync(
            lab, Request(lab) with { Targets = $"{lab.Targets},{unreached}", Allow = ["0.0.0.0/0", "2001:db8::/32"] });

        Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts), report.Findings);
        Assert.Equal((500, $"{NotAsked}203.0.113.0/30, 2001:db8::7."), Refusal(report));
    }

    [LabFact]
    public async Task Two_scans_at_once_do_not_disturb_each_other()
    {
        await using var lab = await BuildAsync(seed: 10);

        var reports = await Task.WhenAll(LabScan.RunAsync(lab, Request(lab)), LabScan.RunAsync(lab, Request(lab) with { Seed = 11 }));

        Assert.All(reports, report => Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts), report.Findings));
    }

    [LabFact]
    public async Task The_one_privilege_is_enough()
    {
        await using var lab = await BuildAsync(seed: 15);

        var report = await LabScan.RunAsync(LabScan.Start(
            (program, arguments) => lab.InScanner("setpriv", ["--bounding-set", "-all,+net_raw", program, .. arguments]), Request(lab)));

        Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts), report.Findings);
    }

    [LabFact]
    public async Task Without_the_privilege_nothing_is_sent()
    {
        await using var lab = await BuildAsync(seed: 12);

        var report = await LabScan.RunAsync(LabScan.Start(
            (program, arguments) => lab.InScanner("setpriv", ["--bounding-set", "-net_raw", program, .. arguments]), Request(lab)));

        var (notSent, reason) = Refusal(report);
        Assert.Equal(Planned, notSent);
        Assert.StartsWith("Scanning needs the capability CAP_NET_RAW, which this process does not have: ", reason, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.CountsAsync(CancellationToken.None)).Syns);
    }

    private static Task<NetworkLab> BuildAsync(ulong seed, bool forges = false) =>
        NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new LabTruth(seed, Forges: forges), CancellationToken.None);

    private static ScanRequest Request(NetworkLab lab) => new($"{lab.Targets}", HundredPorts, lab.Truth.Seed, [$"{lab.Targets}"]);

    private static (long Planned, long Answered, long NoAnswer, string Wire) Ends(ScanCoverage coverage) =>
        (coverage.Planned, coverage.Open + coverage.Closed, coverage.NoAnswer, coverage.Wire);

    private static (long NotSent, string? Reason) Refusal(ScanReport report) => (report.Coverage.NotSent, report.Coverage.NotSentReason);

    private static async Task AtTheFarEndAsync(NetworkLab lab, Func<LabCounts, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition(await lab.CountsAsync(limit.Token)))
        {
        }
    }
}
