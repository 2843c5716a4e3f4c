using System.Reflection;
using TaskMesh.Core.Metrics;
using TaskMesh.Unit.Architecture;

namespace TaskMesh.Unit.Shared.Core.Metrics;

public class MeshMetricsTests
{
    private static readonly FieldInfo[] Fields =
        [.. typeof(MeshMetrics).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(Metric))];

    [Fact]
    public void The_registry_holds_every_metric_under_its_own_name()
    {
        Assert.Equal(Fields.Select(field => field.Name), MeshMetrics.All.Select(metric => metric.Name));
        Assert.Equal(MeshMetrics.All, Fields.Select(field => field.GetValue(null)));
    }

    /// <summary>A dashboard that shows what nobody tells would stay empty for ever.</summary>
    [Fact]
    public void Every_metric_is_told_by_a_host()
    {
        var hosts = string.Concat(CommittedFiles.In(["src/Manager", "src/Workers.BareMetal"], ".cs").Select(CommittedFiles.Read));

        Findings.None(MeshMetrics.All.Where(metric => !hosts.Contains($"Tell(MeshMetrics.{metric.Name},", StringComparison.Ordinal))
            .Select(metric => $"{metric.Name} is told by nobody"));
    }

    /// <summary>CloudWatch takes 30, and each combination of values costs money.</summary>
    [Fact]
    public void A_metric_has_few_dimensions() => Assert.All(MeshMetrics.All, metric => Assert.InRange(metric.Dimensions.Length, 0, 2));
}
