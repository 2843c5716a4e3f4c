using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Routing;

namespace TaskMesh.Core.Planning;

/// <summary>How a Manager routes and launches: of its settings what foretelling needs.</summary>
/// <param name="Pools">In the order in which the router asks them.</param>
/// <param name="LaunchPool">The pool that workers are launched for.</param>
/// <param name="Configuration">What refusals are remembered for.</param>
/// <param name="TemplateType">The launch template's own instance type.</param>
/// <param name="CostCap">An hour; null for no ceiling.</param>
/// <param name="Cells">The launch matrix, in its order.</param>
public sealed record MeshRules(
    IReadOnlyList<Pool> Pools,
    string LaunchPool,
    int MaxWorkers,
    int TasksPerWorker,
    string Configuration,
    string TemplateType,
    decimal? CostCap,
    IReadOnlyList<PricedCell> Cells)
{
    /// <summary>Null where a Manager of an earlier version told them.</summary>
    public string? LaunchTemplate { get; init; }

    /// <summary>A number, "$Latest" or "$Default".</summary>
    public string? LaunchTemplateVersion { get; init; }

    /// <summary>Work is counted no further: more changes nothing.</summary>
    [JsonIgnore]
    public int CountUpTo => MaxWorkers * TasksPerWorker + 1;

    public string ToJson() => JsonSerializer.Serialize(this, MeshRulesJson.Default.MeshRules);

    public static MeshRules Parse(string json) => JsonSerializer.Deserialize(json, MeshRulesJson.Default.MeshRules)!;
}

/// <param name="Price">An hour; null if nobody knows.</param>
public sealed record PricedCell(LaunchCell Cell, decimal? Price);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MeshRules))]
internal sealed partial class MeshRulesJson : JsonSerializerContext;
