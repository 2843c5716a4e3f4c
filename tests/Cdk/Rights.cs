using System.Text.Json;

namespace TaskMesh.Cdk.Tests;

/// <summary>What the policies of a template allow, read as sentences.</summary>
public static class Rights
{
    /// <summary>The statements of the role or policy whose name in the template begins so.</summary>
    public static IReadOnlyList<Right> Of(MeshTemplate template, string prefix) =>
    [
        .. from resource in template.All("AWS::IAM::Policy").Concat(template.All("AWS::IAM::ManagedPolicy"))
           where resource.Key.StartsWith(prefix, StringComparison.Ordinal)
           from statement in resource.Value.GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray()
           from action in Items(statement.GetProperty("Action"))
           select new Right(
               action.GetString()!,
               [.. Items(statement.GetProperty("Resource")).Select(Short)],
               statement.TryGetProperty("Condition", out var condition) ? JsonSerializer.Serialize(condition) : ""),
    ];

    private static JsonElement[] Items(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];

    /// <summary>A name for a resource that a person can read: texts as they are, references as the name of what they refer to.</summary>
    private static string Short(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString()!;
        var function = value.EnumerateObject().Single();
        return function.Name switch
        {
            "Ref" => $"{{{function.Value.GetString()}}}",
            "Fn::GetAtt" => $"{{{function.Value[0].GetString()}}}",
            "Fn::Sub" => function.Value.GetString()!,
            "Fn::Join" => string.Concat(function.Value[1].EnumerateArray().Select(Short)),
            _ => value.GetRawText(),
        };
    }
}

/// <param name="Condition">As JSON; empty without one.</param>
public sealed record Right(string Action, IReadOnlyList<string> Resources, string Condition)
{
    public override string ToString() => $"{Action} on {string.Join(", ", Resources)}{(Condition.Length > 0 ? $" if {Condition}" : "")}";
}
