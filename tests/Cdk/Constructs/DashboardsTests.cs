using System.Text.Json;
using System.Text.RegularExpressions;
using TaskMesh.Core.Metrics;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public partial class DashboardsTests
{
    [NodeFact]
    public void Operations_fleet_and_scans_have_a_dashboard_each() => Assert.Equal(
        ["taskmesh-dev-fleet", "taskmesh-dev-operations", "taskmesh-dev-scans"],
        SynthesisedMesh.Dev.All("AWS::CloudWatch::Dashboard").Values
            .Select(dashboard => dashboard.GetProperty("DashboardName").GetString()).Order(StringComparer.Ordinal));

    /// <summary>Of a series of ours the code tells name and dimensions; a dashboard that differs would stay empty.</summary>
    [NodeFact]
    public void Every_metric_on_them_is_in_the_registry_with_its_dimensions()
    {
        var bodies = string.Concat(SynthesisedMesh.Dev.All("AWS::CloudWatch::Dashboard").Values.Select(BodyOf));
        var named = Series().Matches(bodies).Select(match => (Name: match.Groups[1].Value, Dimensions: DimensionsOf(match.Groups[2].Value)))
            .Concat(Searches().Matches(bodies).Select(match => (Name: match.Groups[2].Value, Dimensions: match.Groups[1].Value.Split(',')[2..])))
            .ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, shown => Assert.Equal(
            Assert.Single(MeshMetrics.All, metric => metric.Name == shown.Name).Dimensions, shown.Dimensions));
        Assert.Equal(MeshMetrics.All.Select(metric => metric.Name).Order(), named.Select(shown => shown.Name).Distinct().Order());
    }

    [NodeFact]
    public void A_configured_pool_is_on_them()
    {
        var mesh = SynthesisedMesh.With(("pools", """[{"name":"dmz","class":"Internal"}]"""));

        Assert.Contains(
            "taskmesh-dev-dmz", string.Concat(mesh.All("AWS::CloudWatch::Dashboard").Values.Select(BodyOf)), StringComparison.Ordinal);
    }

    [NodeFact]
    public void What_must_not_be_reached_is_a_line_on_them()
    {
        var lines = Lines().Matches(string.Concat(SynthesisedMesh.Dev.All("AWS::CloudWatch::Dashboard").Values.Select(BodyOf)))
            .Select(match => $"{match.Groups[2].Value} {match.Groups[1].Value}");

        Assert.Equal(
            [
                "alarm 320", "cap 5", "external's limit 150000", "external's limit 50", "internal's limit 20", "internal's limit 300000",
                "manager's limit 12", "manager's limit 60000",
            ],
            lines.Order(StringComparer.Ordinal));
    }

    private static string BodyOf(JsonElement dashboard)
    {
        var body = dashboard.GetProperty("DashboardBody");
        return body.ValueKind == JsonValueKind.String
            ? body.GetString()!
            : string.Concat(body.GetProperty("Fn::Join")[1].EnumerateArray().Select(
                part => part.ValueKind == JsonValueKind.String ? part.GetString() : "x"));
    }

    /// <summary>Of "Stage","dev","Pool","x" the names, without the stage.</summary>
    private static string[] DimensionsOf(string text) =>
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Where((_, index) => index % 2 == 0)
            .Select(name => name.Trim('"')).Where(name => name != Meter.StageDimension),
    ];

    [GeneratedRegex("""\["TaskMesh","([A-Za-z]+)"((?:,"[^"]*")*)[,\]]""")]
    private static partial Regex Series();

    [GeneratedRegex("""SEARCH\('\{([A-Za-z,]+)\} MetricName=\\"([A-Za-z]+)\\" Stage=\\"dev\\"'""")]
    private static partial Regex Searches();

    [GeneratedRegex("""\{"value":([0-9]+),"label":"([a-z' ]+)","yAxis""")]
    private static partial Regex Lines();
}
