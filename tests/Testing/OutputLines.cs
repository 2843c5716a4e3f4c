using System.Text.Json;

namespace TaskMesh.Testing;

/// <summary>The JSON lines that a scan prints, each held against the schema that it names.</summary>
public static class OutputLines
{
    /// <summary>The last line is left out where it was cut off.</summary>
    public static IReadOnlyList<JsonElement> Parse(string output)
    {
        var lines = output.Split('\n').SkipLast(1).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line)).ToArray();
        Assert.All(lines, line => Assert.Empty(JsonSchemaCheck.Faults(SchemaOf(line), line)));
        return lines;
    }

    private static JsonElement SchemaOf(JsonElement line)
    {
        var name = line.GetProperty("schema").GetString()!;
        Assert.StartsWith("taskmesh.", name, StringComparison.Ordinal);
        return JsonElement.Parse(File.ReadAllText(Repository.PathOf($"schemas/{name["taskmesh.".Length..]}.json")));
    }
}
