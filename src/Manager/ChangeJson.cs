using System.Text.Json.Serialization;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>A change as the template of a run sees it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReconChange))]
internal sealed partial class ChangeJson : JsonSerializerContext;
