using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Filtering;

/// <summary>
/// A condition on one row. It is data: evaluated in memory by <see cref="FilterEvaluator"/>, or turned into parameters of a statement, with the
/// same answer. Every condition is true or false; a comparison with a field that is missing, null or of another type is false.
/// </summary>
public abstract record Filter
{
    private Filter()
    {
    }

    /// <summary>Of no parts, true.</summary>
    public sealed record And(IReadOnlyList<Filter> Parts) : Filter;

    /// <summary>Of no parts, false.</summary>
    public sealed record Or(IReadOnlyList<Filter> Parts) : Filter;

    public sealed record Not(Filter Part) : Filter;

    /// <param name="Field">A field's name, or a JSON Pointer (RFC 6901) to a value within the row.</param>
    /// <param name="Value">Null with <see cref="FilterOperator.Exists"/>.</param>
    public sealed record Compare(string Field, FilterOperator Operator, FilterValue? Value) : Filter;
}

/// <summary>What a field is compared with; its type decides how.</summary>
public abstract record FilterValue
{
    private FilterValue()
    {
    }

    /// <summary>In the order of code points.</summary>
    public sealed record Text(string Value) : FilterValue;

    public sealed record Number(decimal Value) : FilterValue;

    public sealed record Flag(bool Value) : FilterValue;

    /// <summary>In the order of addresses, IPv4 first.</summary>
    public sealed record Host(Address Value) : FilterValue;

    public sealed record Block(AddressRange Value) : FilterValue;

    public sealed record Time(DateTimeOffset Value) : FilterValue;

    public sealed record Many(IReadOnlyList<FilterValue> Values) : FilterValue;
}
