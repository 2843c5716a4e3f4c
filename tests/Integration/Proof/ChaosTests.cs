using TaskMesh.Proof.Chaos;

namespace TaskMesh.Integration.Proof;

/// <summary>The short form of `make chaos`. It needs the machine for itself, and the others need it without this.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[Collection(Name)]
public class ChaosTests
{
    public const string Name = "chaos";

    private static readonly string[] Faults = ["duplicates", "lostDeletes", "lostReplies", "cutCommits"];

    [Fact]
    public async Task Killed_paused_and_cut_off_processes_and_servers_lose_and_double_nothing()
    {
        var said = new List<string>();

        var report = await ChaosRun.RunAsync(ChaosPlan.Brief(seed: 1), said.Add);

        Assert.True(report.Checked.IsClean, string.Join('\n', [.. report.Checked.Findings, .. said, report.ToJson()]));
        Assert.Equal((4, 6, 2), (report.Counts["serverKills"], report.Counts["processKills"], report.Counts["pauses"]));
        Assert.Empty(Faults.Except(report.Counts.Keys));
    }
}
