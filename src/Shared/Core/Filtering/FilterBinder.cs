using System.Diagnostics;
using System.Globalization;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Filtering;

/// <summary>
/// Holds a filter against a recon model: only fields that it has, only operators that fit their types, values of those types. What comes out
/// means the same in memory and as SQL.
/// </summary>
public static class FilterBinder
{
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    public static (Filter? Filter, string? Problem) For(this Filter filter, ReconModel model)
    {
        try
        {
            return (Bind(filter, model), null);
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
    }

    private static Filter Bind(Filter filter, ReconModel model) => filter switch
    {
        Filter.And and => new Filter.And([.. and.Parts.Select(part => Bind(part, model))]),
        Filter.Or or => new Filter.Or([.. or.Parts.Select(part => Bind(part, model))]),
        Filter.Not not => new Filter.Not(Bind(not.Part, model)),
        Filter.Compare compare => Bind(compare, model),
        _ => throw new UnreachableException($"{filter.GetType()}"),
    };

    private static Filter.Compare Bind(Filter.Compare compare, ReconModel model)
    {
        var column = model.Readable.FirstOrDefault(column => column.Name == compare.Field)
            ?? throw new FormatException($"filter: {compare.Field}: {model.UnknownField}");
        var fits = compare.Operator switch
        {
            FilterOperator.Within => column.Type == ReconType.Address,
            FilterOperator.Contains or FilterOperator.StartsWith or FilterOperator.EndsWith => column.Type.IsText(),
            _ => true,
        };
        if (!fits)
            throw new FormatException($"filter: {column.Name}: is {column.Type.InWords()}, which '{compare.Operator.InWords()}' does not apply to");
        return compare with { Value = compare.Value is null ? null : Bind(compare.Value, column) };
    }

    private static FilterValue Bind(FilterValue value, ReconColumn column) => (value, column.Type) switch
    {
        (FilterValue.Many many, _) => new FilterValue.Many([.. many.Values.Select(one => Bind(one, column))]),
        (FilterValue.Block, ReconType.Address) => value,
        (FilterValue.Text text, ReconType.Address) =>
            Address.TryParse(text.Value, out var address) ? new FilterValue.Host(address) : throw Wrong(text.Value, column),
        (FilterValue.Text text, ReconType.Time) => Time(text.Value) is { } time ? new FilterValue.Time(time) : throw Wrong(text.Value, column),
        (FilterValue.Text, _) when column.Type.IsText() => value,
        (FilterValue.Number, ReconType.Port) => value,
        (FilterValue.Flag, ReconType.Flag) => value,
        (FilterValue.Text text, _) => throw Wrong(text.Value, column),
        (FilterValue.Number number, _) => throw Wrong(number.Value.ToString(CultureInfo.InvariantCulture), column),
        (FilterValue.Flag flag, _) => throw Wrong(flag.Value ? "true" : "false", column),
        _ => throw new UnreachableException($"{value.GetType()} for {column.Type}"),
    };

    /// <summary>PostgreSQL counts in microseconds.</summary>
    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? new DateTimeOffset(time.Ticks - (time.Ticks % Microsecond.Ticks), TimeSpan.Zero)
            : null;

    private static FormatException Wrong(string value, ReconColumn column) =>
        new($"filter: {column.Name}: '{value}' is not {column.Type.InWords()}");
}
