using System.Text.Json;

namespace TaskMesh.Core.Recon;

/// <summary>One kind of thing that an organisation exposes: which columns name it and which describe it.</summary>
/// <remarks>Statements are built from these rows and never from a task's text, so a task cannot name a column that is not here.</remarks>
public sealed record ReconModel(string Name, IReadOnlyList<ReconColumn> Key, IReadOnlyList<ReconColumn> Values)
{
    public static ReconModel Domain { get; } = new("domain", [new("name", ReconType.Text)], []);

    public static ReconModel Endpoint { get; } = new(
        "endpoint",
        [new("address", ReconType.Address), new("port", ReconType.Port), new("transport", ReconType.Text)],
        []);

    public static IReadOnlyList<ReconModel> All { get; } = [Domain, Endpoint];

    public IEnumerable<ReconColumn> Columns => Key.Concat(Values);

    public static ReconModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    public static string Unknown(string name) => $"there is no model '{name}'; there are {string.Join(", ", All.Select(model => model.Name))}";

    /// <summary>What is wrong with a row in words, or null.</summary>
    public string? Problem(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
            return $"a {Name} is a JSON object";
        foreach (var field in row.EnumerateObject())
        {
            if (Columns.All(column => column.Name != field.Name))
                return $"{field.Name}: a {Name} has no such field; it has {string.Join(", ", Columns.Select(column => column.Name))}";
        }
        foreach (var column in Key)
        {
            if (!row.TryGetProperty(column.Name, out _))
                return $"{column.Name}: a {Name} needs it";
        }
        return Columns.Where(column => row.TryGetProperty(column.Name, out var value) && !column.Accepts(value))
            .Select(column => $"{column.Name}: '{row.GetProperty(column.Name)}' is not {column.Type.InWords()}")
            .FirstOrDefault();
    }
}
