using System.Text.Json;

namespace TaskMesh.Core.Recon;

/// <summary>One kind of thing that an organisation exposes: which columns name it and which describe it.</summary>
/// <remarks>Statements are built from these rows and never from a task's text, so a task cannot name a column that is not here.</remarks>
public sealed record ReconModel(string Name, string Table, IReadOnlyList<ReconColumn> Key, IReadOnlyList<ReconColumn> Values)
{
    public static ReconModel Domain { get; } = new("domain", "domain", [new("name", ReconType.Name)], []);

    public static ReconModel DnsRecord { get; } = new(
        "dns-record",
        "dns_record",
        [new("name", ReconType.Name), new("type", ReconType.Text), new("value", ReconType.LongText)],
        []);

    public static ReconModel Host { get; } = new(
        "host", "host", [new("address", ReconType.Address)], [new("name", ReconType.Text), new("tarpit", ReconType.Flag)]);

    public static ReconModel Endpoint { get; } = new(
        "endpoint",
        "endpoint",
        [new("address", ReconType.Address), new("port", ReconType.Port), new("transport", ReconType.Transport)],
        [new("service", ReconType.Text)]);

    public static ReconModel Certificate { get; } = new(
        "certificate",
        "certificate",
        [new("sha256", ReconType.Digest)],
        [
            new("subject", ReconType.LongText), new("issuer", ReconType.LongText), new("names", ReconType.LongText), new("begins", ReconType.Time),
            new("expires", ReconType.Time),
        ]);

    public static ReconModel TlsObservation { get; } = new(
        "tls-observation",
        "tls_observation",
        [new("address", ReconType.Address), new("port", ReconType.Port), new("name", ReconType.Text)],
        [new("certificate", ReconType.Digest), new("version", ReconType.Text), new("cipher", ReconType.Text)]);

    public static IReadOnlyList<ReconModel> All { get; } = [Domain, DnsRecord, Host, Endpoint, Certificate, TlsObservation];

    /// <summary>What the mesh writes itself. Rows may have it, so that listed rows can be written again, and it is passed over.</summary>
    public static IReadOnlyList<ReconColumn> Seen { get; } =
        [new("firstSeen", ReconType.Time, "first_seen"), new("lastSeen", ReconType.Time, "last_seen")];

    /// <summary>What a row says.</summary>
    public IEnumerable<ReconColumn> Columns => Key.Concat(Values);

    /// <summary>What can be read and filtered by.</summary>
    public IEnumerable<ReconColumn> Readable => Columns.Concat(Seen);

    public static ReconModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    public static string Unknown(string name) => $"there is no model '{name}'; there are {string.Join(", ", All.Select(model => model.Name))}";

    public string UnknownField => $"a {Name} has no such field; it has {string.Join(", ", Readable.Select(column => column.Name))}";

    /// <summary>What is wrong with a row in words, or null. A describing column that is absent or null leaves what is known.</summary>
    public string? Problem(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
            return $"a {Name} is a JSON object";
        foreach (var field in row.EnumerateObject())
        {
            if (Readable.All(column => column.Name != field.Name))
                return $"{field.Name}: {UnknownField}";
        }
        foreach (var column in Key)
        {
            if (!row.TryGetProperty(column.Name, out _))
                return $"{column.Name}: a {Name} needs it";
        }
        return Columns
            .Where(column => row.TryGetProperty(column.Name, out var value)
                && !(value.ValueKind == JsonValueKind.Null && Values.Contains(column)) && !column.Accepts(value))
            .Select(column => $"{column.Name}: {row.GetProperty(column.Name).GetRawText()} is not {column.Type.InWords()}")
            .FirstOrDefault();
    }
}
