using System.Text.Json;
using TaskMesh.Core.Contract;

namespace TaskMesh.Tasks.Scans;

/// <summary>How a scan is cut into parts of bounded size, by places of its shuffled order: each part has some of every network.</summary>
internal static class ShardPlan
{
    private const int MostShards = 100_000;

    /// <summary>Long enough to be worth a task, short enough to be done again.</summary>
    private const int Seconds = 300;

    private const long Smallest = 65_536;

    /// <param name="questions">Of the whole scan.</param>
    /// <param name="size">Of a shard at most; null for what the time suffices for.</param>
    public static UInt128 Count(UInt128 questions, long? size, int rate, int retries)
    {
        var each = (UInt128)(size ?? Math.Max((long)rate * Seconds / (retries + 1), Smallest));
        return (questions + each - 1) / each;
    }

    public static void Check(UInt128 shards, InputCheck check) =>
        check.Require(shards <= MostShards, "shardSize", $"the scan has {shards} shards, more than {MostShards}: make them larger");

    /// <summary>A target as text, or as a row with a field "address" and, for a name to ask for there, a field "name".</summary>
    public static string TextOf(JsonElement target) => target.ValueKind switch
    {
        JsonValueKind.String => target.GetString()!,
        JsonValueKind.Object when Field(target, "address") is { } address => Field(target, "name") is { } name ? $"{name}@{address}" : address,
        _ => target.GetRawText(),
    };

    private static string? Field(JsonElement row, string name) =>
        row.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString() : null;
}
