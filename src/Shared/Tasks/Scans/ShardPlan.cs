using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

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

    /// <param name="count">Of the shards; asked only if nothing else is wrong.</param>
    public static void Check(long? size, Func<UInt128> count, InputCheck check)
    {
        check.Require(size is null or > 0, "shardSize", $"{size} is not at least 1");
        if (check.Problems.Count == 0 && count() is var shards && shards > MostShards)
            check.Problem("shardSize", $"the scan has {shards} shards, more than {MostShards}: make them larger");
    }

    /// <param name="whole">Of the scan as one task.</param>
    public static Forecast? Foresee(Forecast? whole, string kind, UInt128 shards) =>
        whole is null ? null : whole with { ChildKind = kind, Children = (int)shards };

    /// <summary>Makes a task of each shard.</summary>
    public static async Task AddAsync<TInput>(
        TaskContext context, string kind, JsonTypeInfo<TInput> json, int shards, Func<ScanShard, TInput> child)
    {
        for (var shard = 1; shard <= shards; shard++)
            await context.Children.AddAsync(kind, JsonSerializer.SerializeToElement(child(new(shard, shards)), json));
    }

    /// <summary>Hands over what each shard returned.</summary>
    /// <param name="of">Their container, by name.</param>
    public static async Task<ShardCount> ReadAsync<TOutput>(string of, TaskContext context, JsonTypeInfo<TOutput> json, Action<TOutput> add)
    {
        var (shards, without) = (0, 0);
        try
        {
            await foreach (var shard in context.TaskData.ReadChildrenAsync(of, context.Cancellation))
            {
                shards++;
                if (shard.Result is { } result && result.Deserialize(json) is { } output)
                    add(output);
                else
                    without++;
            }
        }
        catch (KeyNotFoundException e)
        {
            return new(shards, without, $"of: {e.Message}");
        }
        return new(shards, without);
    }

    /// <summary>A target as text, or the field "address" of a row.</summary>
    public static string AddressOf(JsonElement target) =>
        target.ValueKind == JsonValueKind.Object && Field(target, "address") is { } address ? address : TextOf(target);

    /// <summary>A name or target as text, or the field "name" or else "address" of a row.</summary>
    public static string NameOf(JsonElement target) =>
        target.ValueKind == JsonValueKind.Object && Field(target, "name") is { } name ? name : AddressOf(target);

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

/// <param name="Shards">How many there are.</param>
/// <param name="Without">How many of them have no result.</param>
/// <param name="Problem">Why they cannot be read.</param>
internal readonly record struct ShardCount(int Shards, int Without, string? Problem = null);
