using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

public class LoopbackLabTests
{
    private const string Ports = "20001-20100";

    [RawSocketFact]
    public async Task A_scan_of_real_sockets_on_loopback_finds_the_truth()
    {
        using var lab = new LoopbackLab(LoopbackLab.DefaultTargets, PortSet.Parse(Ports), seed: 1);

        var report = await LabScan.RunAsync(new ScanRequest($"{lab.Targets}", Ports, Seed: 1, [$"{lab.Targets}"]));

        Assert.Equal(lab.Truth.Findings(lab.Targets, Ports), report.Findings);
        Assert.Equal((0, "ip"), (report.Coverage.NoAnswer, report.Coverage.Wire));
    }
}
