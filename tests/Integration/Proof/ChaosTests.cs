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

        // A machine that is too busy does not finish in time; as long as the work moves on, that is no fault of the mesh.
        var judged = report.IsMoving ? report.Checked with { Stuck = 0 } : report.Checked;
        Assert.True(judged.IsClean, string.Join('\n', [.. report.Checked.Findings, .. said, report.ToJson()]));
        Assert.Equal((4, 4, 1), (report.Counts["serverKills"], report.Counts["processKills"], report.Counts["pauses"]));
        Assert.NotEmpty(Faults.Intersect(report.Counts.Keys));
    }
}
