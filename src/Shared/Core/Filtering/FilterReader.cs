using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Filtering;

/// <summary>
/// Reads a filter from JSON: <c>{"field": "port", "operator": "in", "value": [22, 80]}</c>, and around such conditions
/// <c>{"and": […]}</c>, <c>{"or": […]}</c>, <c>{"not": …}</c>. What is wrong is told in a sentence that begins with the place.
/// </summary>
public static class FilterReader
{
    public const int MostLevels = 32;
    public const int MostConditions = 1_000;
    public const int MostValues = 10_000;
    public const int LongestText = 10_000;

    private const string Form = "is either {\"field\", \"operator\", \"value\"} or one of {\"and\": […]}, {\"or\": […]}, {\"not\": …}";

    public static (Filter? Filter, string? Problem) Read(JsonElement json, string place = "filter")
    {
        try
        {
            return (new Reading().Node(json, place, 1), null);
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
    }

    private sealed class Reading
    {
        private int _conditions;

        public Filter Node(JsonElement json, string place, int level)
        {
            if (level > MostLevels)
                throw Wrong(place, $"is deeper than {MostLevels} levels");
            if (json.ValueKind != JsonValueKind.Object)
                throw Wrong(place, Form);
            var members = json.EnumerateObject().ToArray();
            return members switch
            {
                [{ Name: "and" } all] => new Filter.And(Parts(all.Value, $"{place}.and", level)),
                [{ Name: "or" } any] => new Filter.Or(Parts(any.Value, $"{place}.or", level)),
                [{ Name: "not" } none] => new Filter.Not(Node(none.Value, $"{place}.not", level + 1)),
                _ => Condition(json, members, place),
            };
        }

        private Filter[] Parts(JsonElement json, string place, int level) => json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select((part, i) => Node(part, $"{place}[{i}]", level + 1))]
            : throw Wrong(place, "is a list of filters");

        private Filter.Compare Condition(JsonElement json, JsonProperty[] members, string place)
        {
            if (++_conditions > MostConditions)
                throw Wrong(place, $"is one condition more than the {MostConditions} that a filter may have");
            if (members.Any(member => member.Name is not ("field" or "operator" or "value")) || !json.TryGetProperty("field", out var field))
                throw Wrong(place, Form);
            var name = field.ValueKind == JsonValueKind.String ? TextIn(field, $"{place}.field") : "";
            if (name.Length == 0)
                throw Wrong($"{place}.field", "names a field");
            var word = json.TryGetProperty("operator", out var given) && given.ValueKind == JsonValueKind.String ? RowField.Text(given) : null;
            if (FilterOperators.Find(word) is not { } op)
                throw Wrong($"{place}.operator", $"'{word ?? $"{given}"}' is none of {string.Join(", ", FilterOperators.All)}");
            var hasValue = json.TryGetProperty("value", out var value);
            if (hasValue == (op == FilterOperator.Exists))
                throw Wrong($"{place}.value", hasValue ? "'exists' takes no value; put it into \"not\" to say the opposite" : "is missing");
            return new(name, op, hasValue ? Value(op, value, $"{place}.value") : null);
        }
    }

    private static FilterValue Value(FilterOperator op, JsonElement json, string place)
    {
        if (op == FilterOperator.In)
        {
            if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() > MostValues)
                throw Wrong(place, $"'in' takes a list of at most {MostValues} values");
            return new FilterValue.Many([.. json.EnumerateArray().Select((one, i) => Scalar(one, $"{place}[{i}]"))]);
        }
        var scalar = Scalar(json, place);
        if (op != FilterOperator.Within)
            return op.IsTextual() && scalar is not FilterValue.Text ? throw Wrong(place, $"'{op.InWords()}' takes a text") : scalar;
        if (scalar is not FilterValue.Text text)
            throw Wrong(place, "'within' takes an address, CIDR block or range");
        return AddressRange.TryParse(text.Value, out var range, out var problem) ? new FilterValue.Block(range) : throw Wrong(place, problem);
    }

    private static FilterValue Scalar(JsonElement json, string place) => json.ValueKind switch
    {
        JsonValueKind.String => new FilterValue.Text(TextIn(json, place)),
        JsonValueKind.Number => json.TryGetDecimal(out var number)
            ? new FilterValue.Number(number)
            : throw Wrong(place, $"'{json}' has more digits than a number in a filter may have (28)"),
        JsonValueKind.True or JsonValueKind.False => new FilterValue.Flag(json.GetBoolean()),
        _ => throw Wrong(place, "is a text, a number, true or false"),
    };

    private static string TextIn(JsonElement json, string place)
    {
        var text = RowField.Text(json) ?? throw Wrong(place, "holds half of a surrogate pair, which is no character");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Wrong(place, "holds U+0000, which no stored text has");
        return text.Length <= LongestText ? text : throw Wrong(place, $"has {text.Length} characters, more than {LongestText}");
    }

    private static FormatException Wrong(string place, string rule) => new($"{place}: {rule}");
}
