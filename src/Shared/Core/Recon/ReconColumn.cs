using System.Text.Json;
using System.Text.RegularExpressions;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Recon;

/// <param name="Name">In rows and filters.</param>
/// <param name="Column">In the database.</param>
public sealed partial record ReconColumn(string Name, ReconType Type, string Column)
{
    public ReconColumn(string name, ReconType type)
        : this(name, type, name)
    {
    }

    public bool Accepts(JsonElement value) => Read(value) is not null;

    /// <summary>
    /// The value as the database keeps it: string, int, bool, <see cref="Address"/> or <see cref="DateTimeOffset"/>; null if it is none.
    /// </summary>
    public object? Read(JsonElement value) => Type switch
    {
        ReconType.Text => Text(value, ReconTypes.LongestText),
        ReconType.LongText => Text(value, ReconTypes.LongestLongText),
        ReconType.Name => DomainName.Normalise(RowField.Text(value) ?? ""),
        ReconType.Address => Address.TryParse(RowField.Text(value), out var address) ? address : null,
        ReconType.Port => value.ValueKind == JsonValueKind.Number && value.TryGetUInt16(out var port) ? (int)port : null,
        ReconType.Transport => RowField.Text(value) is "tcp" or "udp" ? value.GetString() : null,
        ReconType.Digest => RowField.Text(value) is { } digest && Digest().IsMatch(digest) ? digest : null,
        ReconType.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null,
        ReconType.Time => value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : null,
    };

    private static string? Text(JsonElement value, int longest) =>
        RowField.Text(value) is { } text && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal) ? text : null;

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Digest();
}
