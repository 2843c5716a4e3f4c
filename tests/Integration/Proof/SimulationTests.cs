using TaskMesh.Proof.Simulation;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Proof;

/// <summary>A few seeds of what `make sim` runs by the hundred.</summary>
[Collection(ProductTests.Name)]
public class SimulationTests(ProductCluster cluster)
{
    [Fact]
    public async Task Whole_collections_under_faults_keep_every_promise()
    {
        var runs = await Simulations.RunAsync(cluster, [2, 3], defect: null, (_, _) => true);

        Assert.All(runs, run =>
        {
            Assert.True(run.Report.IsClean, $"make sim SEEDS=1 FIRST={run.Seed}\n{string.Join('\n', run.Report.Findings)}");
            Assert.True(run.Report is { Tasks: >= 200, Faults: >= 10 }, run.Report.ToJson());
        });
    }

    [Fact]
    public async Task A_defect_is_found()
    {
        // Two seeds are enough but on a machine that is busy with other things.
        var isFound = false;
        for (var first = 1; first < 12 && !isFound; first += 2)
        {
            var runs = await Simulations.RunAsync(cluster, [first, first + 1], "attempt-not-grown", (_, report) => report.IsClean);
            isFound = runs.Any(run => !run.Report.IsClean);
        }

        Assert.True(isFound);
    }
}
