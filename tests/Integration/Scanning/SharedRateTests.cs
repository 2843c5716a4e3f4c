using System.Text.Json;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

/// <summary>What the targets see when several workers scan one network: all of it together keeps to the network's rate.</summary>
[Collection(ProductTests.Name)]
public class SharedRateTests(ProductCluster cluster)
{
    private const int Rate = 400;
    private const string Ports = "1-4";
    private const int Probes = 256 * 4;

    /// <summary>What a pacer may let out at once (a tenth of a second), and the packets that each sender has at hand.</summary>
    private const int Burst = (Rate / 10) + (3 * 4);

    [LabFact]
    public async Task Three_workers_on_one_network_stay_under_its_rate_and_find_everything()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.SendAsync(new Control(new ControlAction.SetNetworkRate(Rate), "tester", "test") { Id = Guid.CreateVersion7() });
        await using var lab = await NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new LabTruth(Seed: 31), CancellationToken.None);

        var scans = new List<Task<ScanReport>>();
        for (var number = 1; number <= 3; number++)
        {
            var request = new ScanRequest($"{lab.Targets}", Ports, (ulong)number, [$"{lab.Targets}"])
            {
                // Each would alone be above the rate.
                PacketsPerSecond = 5000,
                Retries = 0,
                Database = rig.Database.ConnectionString("tm_worker"),
                Attempt = await ClaimAsync(rig, $"w{number}"),
            };
            scans.Add(LabScan.RunAsync(lab, request));
        }
        var reports = await Task.WhenAll(scans);

        var counts = await lab.CountsAsync(CancellationToken.None);
        Assert.Equal((3 * Probes, 0), (counts.Syns, counts.Dropped));
        Assert.All(reports, report => Assert.Equal(lab.Truth.Findings(lab.Targets, Ports), report.Findings));
        Assert.InRange(counts.MostInASecond, 1, Rate + Burst);
        Assert.InRange(counts.Syns, 0, (Rate * counts.Seconds) + Burst);
    }

    private static async Task<Lease> ClaimAsync(ManagerRig rig, string worker)
    {
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("inside", JsonElement.Parse("{}")) { Id = id });
        var leases = new TaskLeases(rig.Database.As("tm_worker"), worker);
        var answers = await leases.ClaimAsync([rig.Runs.Single(run => run.Id == id)], default);
        return Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(answers)).Lease;
    }
}
