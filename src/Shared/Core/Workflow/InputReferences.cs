using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskMesh.Core.Workflow;

/// <summary>
/// Inputs that take values from earlier outputs: <c>{"$from": "task name", "path": "/json/pointer"}</c> stands for the value at that
/// JSON Pointer (RFC 6901) in the output of that task; without a path, for the whole output.
/// </summary>
public static class InputReferences
{
    private const string From = "$from";
    private const string Path = "path";

    /// <summary>The task names that an input refers to.</summary>
    public static IReadOnlySet<string> Names(JsonElement input)
    {
        var names = new HashSet<string>();
        Visit(input, reference => names.Add(reference.Name));
        return names;
    }

    /// <summary>What is wrong with the references of an input.</summary>
    public static IEnumerable<string> Problems(JsonElement input)
    {
        var problems = new List<string>();
        Visit(input, reference =>
        {
            if (reference.Problem is { } problem)
                problems.Add(problem);
        });
        return problems;
    }

    /// <summary>The input with every reference replaced, or the sentence that says which one points at nothing.</summary>
    public static (JsonElement? Input, string? Problem) Resolve(JsonElement input, Func<string, JsonElement?> outputOf)
    {
        string? problem = null;
        var resolved = Replace(input, reference =>
        {
            if (outputOf(reference.Name) is not { } output)
                problem ??= $"$from: the task '{reference.Name}' has no output";
            else if (JsonPointer.Find(output, reference.Path) is { } value)
                return JsonNode.Parse(value.GetRawText());
            else
                problem ??= $"$from: the output of '{reference.Name}' has nothing at '{reference.Path}'";
            return null;
        });
        return problem is null ? (JsonSerializer.SerializeToElement(resolved, NodeJson.Default.JsonNode), null) : (null, problem);
    }

    private static void Visit(JsonElement element, Action<Reference> visit)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Visit(item, visit);
        }
        else if (Read(element) is { } reference)
        {
            visit(reference);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in element.EnumerateObject())
                Visit(field.Value, visit);
        }
    }

    private static JsonNode? Replace(JsonElement element, Func<Reference, JsonNode?> replace) => element.ValueKind switch
    {
        JsonValueKind.Object when Read(element) is { } reference => replace(reference),
        JsonValueKind.Object =>
            new JsonObject(element.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Replace(field.Value, replace)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(item => Replace(item, replace))]),
        _ => JsonNode.Parse(element.GetRawText()),
    };

    private static Reference? Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(From, out var from))
            return null;
        if (from.ValueKind != JsonValueKind.String)
            return new("", "", "$from: names a task by a text");
        var name = from.GetString()!;
        if (element.EnumerateObject().Select(field => field.Name).FirstOrDefault(field => field is not (From or Path)) is { } other)
            return new(name, "", $"$from: a reference to '{name}' holds only {From} and {Path}, not '{other}'");
        if (!element.TryGetProperty(Path, out var path))
            return new(name, "", null);
        return path.ValueKind == JsonValueKind.String && JsonPointer.IsWellFormed(path.GetString()!)
            ? new(name, path.GetString()!, null)
            : new(name, "", $"path: '{path}' is not a JSON Pointer; it begins with '/'");
    }

    private readonly record struct Reference(string Name, string Path, string? Problem);
}
