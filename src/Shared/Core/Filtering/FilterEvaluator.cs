using System.Diagnostics;
using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Filtering;

/// <summary>Evaluates filters over rows in memory.</summary>
public static class FilterEvaluator
{
    public static bool Matches(this Filter filter, JsonElement row) => filter switch
    {
        Filter.And and => and.Parts.All(part => part.Matches(row)),
        Filter.Or or => or.Parts.Any(part => part.Matches(row)),
        Filter.Not not => !not.Part.Matches(row),
        Filter.Compare compare => RowField.Find(row, compare.Field) is { } field && Holds(field, compare.Operator, compare.Value),
        _ => throw new UnreachableException($"{filter.GetType()}"),
    };

    private static bool Holds(JsonElement field, FilterOperator op, FilterValue? value) => op switch
    {
        FilterOperator.Exists => true,
        FilterOperator.Equals => Order(field, value!) is 0,
        FilterOperator.Less => Order(field, value!) is < 0,
        FilterOperator.AtMost => Order(field, value!) is <= 0,
        FilterOperator.Greater => Order(field, value!) is > 0,
        FilterOperator.AtLeast => Order(field, value!) is >= 0,
        FilterOperator.In => ((FilterValue.Many)value!).Values.Any(one => Order(field, one) is 0),
        FilterOperator.Contains => RowField.Text(field)?.Contains(TextOf(value), StringComparison.Ordinal) is true,
        FilterOperator.StartsWith => RowField.Text(field)?.StartsWith(TextOf(value), StringComparison.Ordinal) is true,
        FilterOperator.EndsWith => RowField.Text(field)?.EndsWith(TextOf(value), StringComparison.Ordinal) is true,
        FilterOperator.Within => AddressOf(field) is { } address && ((FilterValue.Block)value!).Value.Contains(address),
    };

    /// <summary>Less than, equal to or greater than zero; null if the two cannot be compared.</summary>
    private static int? Order(JsonElement field, FilterValue value) => value switch
    {
        FilterValue.Text text => RowField.Text(field) is { } mine ? RowField.CompareText(mine, text.Value) : null,
        FilterValue.Number number => NumberOf(field)?.CompareTo(number.Value),
        FilterValue.Flag flag => field.ValueKind is JsonValueKind.True or JsonValueKind.False ? field.GetBoolean().CompareTo(flag.Value) : null,
        FilterValue.Host host => AddressOf(field)?.CompareTo(host.Value),
        FilterValue.Time time => TimeOf(field)?.CompareTo(time.Value),
        _ => null,
    };

    private static decimal? NumberOf(JsonElement field) =>
        field.ValueKind == JsonValueKind.Number && field.TryGetDecimal(out var number) ? number : null;

    private static DateTimeOffset? TimeOf(JsonElement field) =>
        field.ValueKind == JsonValueKind.String && field.TryGetDateTimeOffset(out var time) ? time : null;

    private static Address? AddressOf(JsonElement field) => Address.TryParse(RowField.Text(field), out var address) ? address : null;

    private static string TextOf(FilterValue? value) => ((FilterValue.Text)value!).Value;
}
