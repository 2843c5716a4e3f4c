using System.Globalization;

namespace TaskMesh.LocalCloud.Wire;

/// <summary>
/// The parameters of a request of the AWS Query protocol, as the tree that their names describe: "Filter.1.Value.2=running" is a leaf
/// four levels down, and numbered branches are the entries of a list.
/// </summary>
public sealed class QueryParameters
{
    private readonly Dictionary<string, QueryParameters> _branches = [];
    private string? _value;

    private QueryParameters(IReadOnlyCollection<KeyValuePair<string, string>> fields)
    {
        Fields = fields;
    }

    /// <summary>The request's fields as they came; those of the whole request at its root alone.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> Fields { get; }

    /// <summary>The text at a path, or null.</summary>
    public string? this[string path] => At(path)?._value;

    public static QueryParameters From(IReadOnlyCollection<KeyValuePair<string, string>> fields)
    {
        var root = new QueryParameters(fields);
        foreach (var (name, value) in fields)
        {
            var node = root;
            foreach (var part in name.Split('.'))
                node = node._branches.TryGetValue(part, out var branch) ? branch : node._branches[part] = new QueryParameters([]);
            node._value = value;
        }
        return root;
    }

    /// <summary>A whole number, or null if there is none.</summary>
    public int? Number(string path) => this[path] switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw new AwsException("InvalidParameterValue", $"Value {text} for parameter {path} is invalid. Reason: it must be an integer."),
    };

    public bool Flag(string path) => string.Equals(this[path], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The entries of a list, in the order of their numbers, which may have gaps.</summary>
    public IEnumerable<QueryParameters> List(string path) =>
        (At(path)?._branches ?? [])
            .Select(branch => (Index: WholeNumber.Parse(branch.Key), branch.Value))
            .Where(branch => branch.Index is not null)
            .OrderBy(branch => branch.Index)
            .Select(branch => branch.Value);

    /// <summary>The entries of a list of plain texts; null if there is no such list.</summary>
    public IReadOnlyList<string>? Texts(string path) => At(path) is null ? null : [.. List(path).Select(entry => entry._value).OfType<string>()];

    /// <summary>A map, which travels as a list of names with values; null if there is none. The last of two equal names counts.</summary>
    public IReadOnlyDictionary<string, T>? Map<T>(string path, string name, Func<QueryParameters, T?> value)
        where T : class
    {
        if (At(path) is null)
            return null;
        var map = new Dictionary<string, T>();
        foreach (var entry in List(path))
        {
            if (entry[name] is { } key && value(entry) is { } item)
                map[key] = item;
        }
        return map;
    }

    private QueryParameters? At(string path)
    {
        var node = this;
        foreach (var part in path.Split('.'))
        {
            if (!node._branches.TryGetValue(part, out node!))
                return null;
        }
        return node;
    }
}
