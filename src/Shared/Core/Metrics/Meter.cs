using System.Text;
using System.Text.Json;

namespace TaskMesh.Core.Metrics;

/// <summary>
/// Tells metrics as lines of a log in CloudWatch's embedded metric format, which CloudWatch takes out of the log by itself:
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
/// </summary>
/// <param name="stage">Null tells nothing.</param>
/// <param name="write">Takes one line, without its end.</param>
public sealed class Meter(string? stage, TimeProvider clock, Action<string> write)
{
    /// <summary>The setting that names the stage. Where nobody reads metrics it is not set.</summary>
    public const string Variable = "TASKMESH_STAGE";

    public const string StageDimension = "Stage";

    /// <summary>Tells nobody.</summary>
    public static Meter Silent { get; } = new(null, TimeProvider.System, _ => { });

    /// <param name="values">Of the metric's dimensions, in their order.</param>
    public void Tell(Metric metric, double value, params ReadOnlySpan<string> values)
    {
        if (values.Length != metric.Dimensions.Length)
            throw new ArgumentException($"{metric.Name} has {metric.Dimensions.Length} dimensions, not {values.Length}", nameof(values));
        if (stage is null)
            return;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteDirective(json, metric);
            json.WriteString(StageDimension, stage);
            for (var i = 0; i < values.Length; i++)
                json.WriteString(metric.Dimensions[i], values[i]);
            json.WriteNumber(metric.Name, value);
            json.WriteEndObject();
        }
        write(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private void WriteDirective(Utf8JsonWriter json, Metric metric)
    {
        json.WriteStartObject("_aws");
        json.WriteNumber("Timestamp", clock.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteStartArray("CloudWatchMetrics");
        json.WriteStartObject();
        json.WriteString("Namespace", MeshMetrics.Namespace);
        json.WriteStartArray("Dimensions");
        json.WriteStartArray();
        json.WriteStringValue(StageDimension);
        foreach (var dimension in metric.Dimensions)
            json.WriteStringValue(dimension);
        json.WriteEndArray();
        json.WriteEndArray();
        json.WriteStartArray("Metrics");
        json.WriteStartObject();
        json.WriteString("Name", metric.Name);
        json.WriteString("Unit", $"{metric.Unit}");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
