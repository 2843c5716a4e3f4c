namespace TaskMesh.Core.Filtering;

/// <summary>How a field is compared with a value.</summary>
public enum FilterOperator
{
    Equals,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    Contains,
    StartsWith,
    EndsWith,

    /// <summary>An address lies in a CIDR block or range.</summary>
    Within,

    /// <summary>The field is there and not null.</summary>
    Exists,
}

public static class FilterOperators
{
    private static readonly Dictionary<string, FilterOperator> Words = new()
    {
        ["equals"] = FilterOperator.Equals,
        ["less"] = FilterOperator.Less,
        ["at-most"] = FilterOperator.AtMost,
        ["greater"] = FilterOperator.Greater,
        ["at-least"] = FilterOperator.AtLeast,
        ["in"] = FilterOperator.In,
        ["contains"] = FilterOperator.Contains,
        ["starts-with"] = FilterOperator.StartsWith,
        ["ends-with"] = FilterOperator.EndsWith,
        ["within"] = FilterOperator.Within,
        ["exists"] = FilterOperator.Exists,
    };

    public static IEnumerable<string> All => Words.Keys;

    public static FilterOperator? Find(string? word) => word is not null && Words.TryGetValue(word, out var found) ? found : null;

    public static string InWords(this FilterOperator op) => Words.First(word => word.Value == op).Key;

    /// <summary>Whether it looks into a text.</summary>
    public static bool IsTextual(this FilterOperator op) => op is FilterOperator.Contains or FilterOperator.StartsWith or FilterOperator.EndsWith;
}
