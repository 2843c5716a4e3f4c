using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Recon;

public sealed record ReconColumn(string Name, ReconType Type)
{
    public bool Accepts(JsonElement value) => Type switch
    {
        ReconType.Text => value.ValueKind == JsonValueKind.String,
        ReconType.Address => value.ValueKind == JsonValueKind.String && Address.TryParse(value.GetString(), out _),
        ReconType.Port => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var port) && port is >= 0 and <= ushort.MaxValue,
    };
}
