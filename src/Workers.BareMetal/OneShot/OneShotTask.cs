using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>A task for this machine alone, without a mesh: as it is read from a file, from standard input or from TASKMESH_TASK.</summary>
/// <param name="Scope">Each of them must allow a target; none allows nothing.</param>
/// <param name="Checkpoint">Where an earlier run of the same task had come to.</param>
public sealed record OneShotTask(string Kind, JsonElement Input, IReadOnlyList<ScanScope> Scope, JsonElement? Checkpoint = null)
{
    /// <exception cref="JsonException">It is none; the message says why.</exception>
    public static OneShotTask Parse(string json) =>
        JsonSerializer.Deserialize(json, OneShotJson.Default.OneShotTask) ?? throw new JsonException("it is empty");
}

/// <summary>What a run leaves in its checkpoint file: enough to see that it belongs to a task, and to go on with it.</summary>
public sealed record OneShotCheckpoint(string Kind, JsonElement Input, JsonElement Checkpoint);

/// <summary>How far a scan is, for programs.</summary>
public sealed record ProgressRow(
    string Schema,
    [property: JsonPropertyName("elapsed_ms")] long Elapsed,
    double Share,
    long PacketsSent,
    long Rate,
    long RateLimit,
    long Open,
    long Answers,
    double? Loss,
    long Dropped,
    [property: JsonPropertyName("left_ms")] long Left);

/// <summary>As zone files write them.</summary>
internal sealed class DnsTypeConverter() : JsonStringEnumConverter<DnsType>(JsonNamingPolicy.KebabCaseUpper);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(DnsTypeConverter)])]
[JsonSerializable(typeof(OneShotTask))]
[JsonSerializable(typeof(OneShotCheckpoint))]
[JsonSerializable(typeof(ProgressRow))]
[JsonSerializable(typeof(ScanCoverage))]
internal sealed partial class OneShotJson : JsonSerializerContext;
