using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskMesh.Cdk;

/// <summary>A pool beside the default ones, in the words of the Manager's TASKMESH_MANAGER_POOLS; its queue is made here.</summary>
/// <param name="Class">External or Internal.</param>
public sealed record PoolOptions(
    string Name,
    string Class,
    int Slots = 1,
    IReadOnlyDictionary<string, string>? Labels = null,
    IReadOnlyList<string>? Kinds = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PoolOptions[]))]
internal sealed partial class PoolJson : JsonSerializerContext;
