using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using TaskMesh.Core.Metrics;
using Told = TaskMesh.Core.Metrics.Metric;

namespace TaskMesh.Cdk.Constructs;

/// <summary>The metrics of the code's registry, and those of AWS, as CloudWatch wants them named. None is named elsewhere.</summary>
internal sealed class Telling(MeshStage stage)
{
    private static readonly Duration Minute = Duration.Minutes(1);

    /// <summary>One series.</summary>
    /// <param name="values">Of the metric's dimensions, in their order.</param>
    public IMetric One(Told told, string statistic, params string[] values)
    {
        var dimensions = new Dictionary<string, string> { [Meter.StageDimension] = stage.Name };
        foreach (var (name, value) in told.Dimensions.Zip(values, (name, value) => (name, value)))
            dimensions[name] = value;
        return Make(MeshMetrics.Namespace, told.Name, dimensions, statistic, values.Length > 0 ? string.Join(' ', values) : told.Name);
    }

    /// <summary>Every series that there is, whatever its dimensions hold.</summary>
    public IMetric Each(Told told, string statistic) => new MathExpression(new MathExpressionProps
    {
        Expression = Search(told, statistic),
        Label = "",
        Period = Minute,
        UsingMetrics = new Dictionary<string, IMetric>(),
    });

    /// <summary>What one value of a metric's only dimension makes of all of them, in percent.</summary>
    public IMetric Share(Told told, string value, string label) => new MathExpression(new MathExpressionProps
    {
        Expression = $"100*FILL(part,0)/SUM({Search(told, "Sum")})",
        Label = label,
        Period = Minute,
        UsingMetrics = new Dictionary<string, IMetric> { ["part"] = One(told, "Sum", value) },
    });

    public IMetric Queue(string metric, string queue, string statistic) =>
        Make("AWS/SQS", metric, new() { ["QueueName"] = stage.NameOf(queue) }, statistic, queue);

    public IMetric Function(string metric, string function, string statistic) =>
        Make("AWS/Lambda", metric, new() { ["FunctionName"] = stage.NameOf(function) }, statistic, $"{function} {statistic}");

    private string Search(Told told, string statistic)
    {
        var schema = string.Join(',', [MeshMetrics.Namespace, Meter.StageDimension, .. told.Dimensions]);
        return $"SEARCH('{{{schema}}} MetricName=\"{told.Name}\" {Meter.StageDimension}=\"{stage.Name}\"', '{statistic}', 60)";
    }

    public static IMetric Make(string space, string metric, Dictionary<string, string> dimensions, string statistic, string label) =>
        new Amazon.CDK.AWS.CloudWatch.Metric(new MetricProps
        {
            Namespace = space,
            MetricName = metric,
            DimensionsMap = dimensions,
            Statistic = statistic,
            Period = Minute,
            Label = label,
        });
}
