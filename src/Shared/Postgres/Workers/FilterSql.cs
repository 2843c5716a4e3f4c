using System.Diagnostics;
using System.Globalization;
using Dapper;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Recon;

namespace TaskMesh.Postgres.Workers;

/// <summary>
/// Turns a filter that is bound to a model into a condition. Text comes from the model and from here; values are parameters, one for each.
/// No LIKE: text is searched by functions to which no character is special.
/// </summary>
internal sealed class FilterSql(ReconModel model, DynamicParameters parameters)
{
    private int _count;

    public int Parameters => _count;

    public string Condition(Filter filter) => filter switch
    {
        Filter.And and => Joined(and.Parts, " and ", "true"),
        Filter.Or or => Joined(or.Parts, " or ", "false"),
        Filter.Not not => $"not {Condition(not.Part)}",
        // Never unknown: a comparison with null is false, as it is in memory.
        Filter.Compare compare => $"coalesce({Comparison(compare)}, false)",
        _ => throw new UnreachableException($"{filter.GetType()}"),
    };

    private string Joined(IReadOnlyList<Filter> parts, string word, string empty) =>
        parts.Count == 0 ? empty : $"({string.Join(word, parts.Select(Condition))})";

    private string Comparison(Filter.Compare compare)
    {
        var column = model.Readable.First(column => column.Name == compare.Field);
        var name = column.Type.IsText() ? $"m.{column.Column} collate \"C\"" : $"m.{column.Column}";
        return compare.Operator switch
        {
            FilterOperator.Exists => $"{name} is not null",
            FilterOperator.Equals => $"{name} = {One(compare.Value!)}",
            FilterOperator.Less => $"{name} < {One(compare.Value!)}",
            FilterOperator.AtMost => $"{name} <= {One(compare.Value!)}",
            FilterOperator.Greater => $"{name} > {One(compare.Value!)}",
            FilterOperator.AtLeast => $"{name} >= {One(compare.Value!)}",
            FilterOperator.In => $"{name} = any({Many(column, (FilterValue.Many)compare.Value!)})",
            FilterOperator.Contains => $"strpos({name}, {One(compare.Value!)}) > 0",
            FilterOperator.StartsWith => $"starts_with({name}, {One(compare.Value!)})",
            FilterOperator.EndsWith => EndsWith(name, One(compare.Value!)),
            FilterOperator.Within => Between(name, ((FilterValue.Block)compare.Value!).Value),
        };
    }

    private static string EndsWith(string name, string value) => $"right({name}, length({value})) = {value}";

    private string Between(string name, Core.Scope.AddressRange range) =>
        $"{name} between {Parameter(range.First.ToString(), "inet")} and {Parameter(range.Last.ToString(), "inet")}";

    private string One(FilterValue value) => value switch
    {
        FilterValue.Text text => Parameter(text.Value, "text"),
        FilterValue.Number number => Parameter(number.Value, "numeric"),
        FilterValue.Flag flag => Parameter(flag.Value, "boolean"),
        FilterValue.Host host => Parameter(host.Value.ToString(), "inet"),
        FilterValue.Time time => Parameter(time.Value.UtcDateTime, "timestamptz"),
        _ => throw new UnreachableException($"{value.GetType()}"),
    };

    private string Many(ReconColumn column, FilterValue.Many many) => column.Type switch
    {
        ReconType.Port => Parameter(many.Values.Select(value => ((FilterValue.Number)value).Value).ToArray(), "numeric[]"),
        ReconType.Flag => Parameter(many.Values.Select(value => ((FilterValue.Flag)value).Value).ToArray(), "boolean[]"),
        ReconType.Time => Parameter(many.Values.Select(value => ((FilterValue.Time)value).Value.UtcDateTime).ToArray(), "timestamptz[]"),
        ReconType.Address => Parameter(many.Values.Select(value => ((FilterValue.Host)value).Value.ToString()).ToArray(), "inet[]"),
        _ => Parameter(many.Values.Select(value => ((FilterValue.Text)value).Value).ToArray(), "text[]"),
    };

    private string Parameter(object value, string type)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"f{_count++}");
        parameters.Add(name, value);
        return $"@{name}::{type}";
    }
}
