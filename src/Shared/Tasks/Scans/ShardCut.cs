using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Scans;

/// <summary>Shares what is left of a scan's shard: it keeps the first part of its places, and others get one each.</summary>
internal static class ShardCut
{
    /// <summary>Its own among them.</summary>
    public const int Parts = 4;

    /// <summary>A part of fewer places is not worth a task.</summary>
    public const int SmallestPart = 64;

    private const string Scan = "scan", Index = "index", End = "end", Shard = "shard", Seed = "seed";

    /// <param name="input">
    /// Without a seed its order follows from the task's id, and places of it would be others' in any other task's. The whole is not shared: who
    /// looks at all of it says what is gone, and nobody adds up parts of it.
    /// </param>
    /// <param name="checkpoint">A <see cref="ScanCheckpoint"/>, or an object that holds one.</param>
    public static TaskCut? Of(JsonElement input, JsonElement checkpoint)
    {
        var isHeld = checkpoint.ValueKind == JsonValueKind.Object && checkpoint.TryGetProperty(Scan, out _);
        var scan = isHeld ? checkpoint.GetProperty(Scan) : checkpoint;
        if (Number(input, Seed) is null || !IsPart(input) || Number(scan, Index) is not { } next || Number(scan, End) is not { } end
            || end < next || end - next < Parts * SmallestPart)
            return null;
        var parts = ScanShard.Cut(next, end, Parts).ToArray();
        var own = With(scan, End, JsonValue.Create(parts[0].End));
        return new(
            isHeld ? With(checkpoint, Scan, JsonObject.Create(own)) : own,
            [.. parts[1..].Select(part => With(input, Shard, JsonValue.Create($"{ScanShard.Places(part.First, part.End)}")))]);
    }

    private static bool IsPart(JsonElement input) =>
        input.TryGetProperty(Shard, out var text) && text.ValueKind == JsonValueKind.String
            && ScanShard.TryParse(text.GetString()!, out var shard) && shard != ScanShard.Whole;

    private static ulong? Number(JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetUInt64(out var number) ? number : null;

    private static JsonElement With(JsonElement json, string field, JsonNode? value)
    {
        var changed = JsonObject.Create(json)!;
        changed[field] = value;
        return JsonElement.Parse(changed.ToJsonString());
    }
}
