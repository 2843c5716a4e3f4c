using TaskMesh.Cli.Lab;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

public class DriverCountersTests
{
    [LabFact]
    public async Task What_a_real_driver_counts_is_read_and_what_it_does_not_count_is_nothing()
    {
        await using var lab = await NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new LabTruth(1), CancellationToken.None);
        var peer = await LabScan.OutputAsync(lab.InTarget("ip", "-o", "link", "show", "target0"));

        Assert.Equal(peer.Split(':')[0], await SumAsync(lab, "scanner0", "peer_ifindex"));
        Assert.Equal("0", await SumAsync(lab, "scanner0", "_allowance_exceeded"));
        Assert.Equal("0", await SumAsync(lab, "lo", "peer_ifindex"));
        Assert.Equal("0", await SumAsync(lab, "nothing", "peer_ifindex"));
    }

    private static async Task<string> SumAsync(NetworkLab lab, string interfaceName, string suffix) => (await LabScan.OutputAsync(
        lab.InScanner("dotnet", typeof(ScanRequest).Assembly.Location, "driver-counters", interfaceName, suffix))).Trim();
}
