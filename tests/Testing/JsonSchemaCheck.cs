using System.Globalization;
using System.Text.Json;

namespace TaskMesh.Testing;

/// <summary>
/// Whether a value is as a JSON Schema says, by the words that the schemas of this repository use; any other word is an error, so none is passed
/// over. More strictly than the schema itself, a member that it does not know is a fault: what is printed must be published.
/// </summary>
public static class JsonSchemaCheck
{
    public static IEnumerable<string> Faults(JsonElement schema, JsonElement value, string place = "$")
    {
        foreach (var word in schema.EnumerateObject())
        {
            var faults = word.Name switch
            {
                "$schema" or "title" => [],
                "type" => IsOf(word.Value, value) ? [] : [$"{place}: {value.ValueKind} is not {word.Value}"],
                "const" => JsonElement.DeepEquals(word.Value, value) ? [] : [$"{place}: {value} is not {word.Value}"],
                "enum" => IsOneOf(word.Value, value) ? [] : [$"{place}: {value} is none of {word.Value}"],
                "format" => HasForm(word.Value.GetString()!, value) ? [] : [$"{place}: {value} is no {word.Value}"],
                "required" => word.Value.EnumerateArray().Select(name => name.GetString()!)
                    .Where(name => value.ValueKind == JsonValueKind.Object && !value.TryGetProperty(name, out _))
                    .Select(name => $"{place}: {name} is missing"),
                "properties" => Members(word.Value, value, place),
                "items" => value.ValueKind == JsonValueKind.Array
                    ? value.EnumerateArray().SelectMany((item, index) => Faults(word.Value, item, $"{place}[{index}]"))
                    : [],
                var other => throw new NotSupportedException($"{place}: this check does not know '{other}'."),
            };
            foreach (var fault in faults)
                yield return fault;
        }
    }

    private static IEnumerable<string> Members(JsonElement known, JsonElement value, string place) => value.ValueKind != JsonValueKind.Object
        ? []
        : value.EnumerateObject().SelectMany(member => known.TryGetProperty(member.Name, out var schema)
            ? Faults(schema, member.Value, $"{place}.{member.Name}")
            : [$"{place}.{member.Name} is in no schema"]);

    private static bool IsOf(JsonElement types, JsonElement value) => types.ValueKind == JsonValueKind.Array
        ? types.EnumerateArray().Any(type => IsOf(type, value))
        : types.GetString() switch
        {
            "integer" => value.ValueKind == JsonValueKind.Number && !value.GetRawText().Contains('.', StringComparison.Ordinal),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            var type => string.Equals(type, value.ValueKind.ToString(), StringComparison.OrdinalIgnoreCase),
        };

    private static bool IsOneOf(JsonElement values, JsonElement value) =>
        values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value));

    private static bool HasForm(string form, JsonElement value) => form switch
    {
        "date-time" => DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _),
        _ => throw new NotSupportedException($"This check does not know the format '{form}'."),
    };
}
