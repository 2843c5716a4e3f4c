using TaskMesh.Proof.Crashes;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Proof;

/// <summary>A process dies at some of the places where `make crashes` lets it die at all of them.</summary>
[Collection(ProductTests.Name)]
public class CrashTests(ProductCluster cluster)
{
    private const int Places = 5;

    public static TheoryData<string> Processes => [.. CrashPoints.Processes];

    [Theory]
    [MemberData(nameof(Processes))]
    public async Task Whatever_a_process_was_at_when_it_died_comes_to_its_end_once(string process)
    {
        var runs = await CrashPoints.RunAsync(cluster, process, Places);

        Assert.Equal(Places, runs.Count);
        Assert.All(runs, run => Assert.True(run.Report.IsClean, $"{process} at {run.Place}: {string.Join('\n', run.Report.Findings)}"));
    }
}
