using System.Text.Json;
using TaskMesh.Core.Metrics;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class AlarmsTests
{
    private static readonly string[] QueueNames = ["manager", "control", "external", "internal", "bare-metal"];

    private static readonly string[] FunctionNames = ["manager", "external", "internal"];

    private static readonly Dictionary<string, double> Thresholds = new()
    {
        ["put-aside"] = 0,
        ["outbox"] = 30,
        ["silence"] = 1,
        ["throttled"] = 0,
        ["launches"] = 0,
        ["stopped"] = 0,
        ["orphans"] = 0,
        ["old-worker"] = 13 * 60 * 60,
        ["degraded"] = 5,
        ["connections"] = 320,
        ["manager-age"] = 60,
        ["external-age"] = 60,
        ["bare-metal-age"] = 300,
        ["manager-time"] = 48_000,
        ["internal-time"] = 240_000,
    };

    private static Dictionary<string, JsonElement> Alarms => SynthesisedMesh.Dev.All("AWS::CloudWatch::Alarm").Values
        .ToDictionary(alarm => alarm.GetProperty("AlarmName").GetString()!["taskmesh-dev-".Length..]);

    [NodeFact]
    public void Whatever_needs_a_person_has_an_alarm() => Assert.Equal(
        QueueNames.SelectMany(queue => (string[])[$"{queue}-dead", $"{queue}-age"])
            .Concat(FunctionNames.SelectMany(function => (string[])[$"{function}-time", $"{function}-errors", $"{function}-throttles"]))
            .Concat(["put-aside", "outbox", "silence", "throttled", "launches", "stopped", "orphans", "old-worker", "degraded", "connections"])
            .Order(StringComparer.Ordinal),
        Alarms.Keys.Order(StringComparer.Ordinal));

    [NodeFact]
    public void They_ring_where_they_should() => Assert.All(
        Thresholds, limit => Assert.Equal(limit.Value, Alarms[limit.Key].GetProperty("Threshold").GetDouble()));

    [NodeFact]
    public void Each_tells_the_topic_and_names_what_to_do() => Assert.All(Alarms.Values, alarm =>
    {
        Assert.StartsWith("AlarmsTopic", alarm.GetProperty("AlarmActions")[0].GetProperty("Ref").GetString(), StringComparison.Ordinal);
        Assert.Contains("docs/operations.md#alarms", alarm.GetProperty("AlarmDescription").GetString(), StringComparison.Ordinal);
    });

    [NodeFact]
    public void Their_metrics_are_in_the_registry() => Assert.All(
        Alarms.Values.SelectMany(MetricsOf).Where(metric => metric.GetProperty("Namespace").GetString() == MeshMetrics.Namespace),
        shown => Assert.Equal(
            Assert.Single(MeshMetrics.All, metric => metric.Name == shown.GetProperty("MetricName").GetString()).Dimensions.Order(),
            shown.GetProperty("Dimensions").EnumerateArray().Select(dimension => dimension.GetProperty("Name").GetString()!)
                .Where(name => name != Meter.StageDimension).Order()));

    [NodeFact]
    public void The_runbook_has_a_line_for_each()
    {
        var runbook = File.ReadAllText(Repository.PathOf("docs/operations.md"));

        Assert.All(Alarms.Keys, name => Assert.Contains($"| `{Entry(name)}` |", runbook, StringComparison.Ordinal));
    }

    /// <summary>Alarms of one sort for many queues or functions share a line.</summary>
    private static string Entry(string alarm) =>
        QueueNames.Concat(FunctionNames).FirstOrDefault(part => alarm.StartsWith($"{part}-", StringComparison.Ordinal)) is { } part
            ? $"…{alarm[part.Length..]}"
            : alarm;

    [NodeFact]
    public void A_budget_counts_what_bears_the_stage()
    {
        var budget = SynthesisedMesh.Dev.Only("AWS::Budgets::Budget").GetProperty("Budget");

        Assert.Equal(200, budget.GetProperty("BudgetLimit").GetProperty("Amount").GetDouble());
        Assert.Contains("user:stage$dev", budget.GetProperty("CostFilters").ToString(), StringComparison.Ordinal);
    }

    [NodeFact]
    public void An_address_hears_of_alarms_and_of_the_budget()
    {
        var mesh = SynthesisedMesh.With(("email", "ops@example.com"), ("monthlyBudget", 50.0));

        Assert.Equal("ops@example.com", mesh.Only("AWS::SNS::Subscription").GetProperty("Endpoint").GetString());
        Assert.Contains(
            "ops@example.com",
            mesh.Only("AWS::Budgets::Budget").GetProperty("NotificationsWithSubscribers").ToString(),
            StringComparison.Ordinal);
        Assert.Empty(SynthesisedMesh.Dev.All("AWS::SNS::Subscription"));
    }

    private static IEnumerable<JsonElement> MetricsOf(JsonElement alarm) => alarm.TryGetProperty("Metrics", out var metrics)
        ? metrics.EnumerateArray().Where(metric => metric.TryGetProperty("MetricStat", out _))
            .Select(metric => metric.GetProperty("MetricStat").GetProperty("Metric"))
        : [alarm];
}
