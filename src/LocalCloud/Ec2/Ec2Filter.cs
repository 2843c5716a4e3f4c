using System.IO.Enumeration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>
/// The filters of a description: all of them must match, each by one of its values, in which "*" and "?" are wildcards. A filter that is not
/// known is refused, for passing it over would answer with too much.
/// </summary>
/// <param name="tags">Null of what has none.</param>
internal sealed class Ec2Filter<T>(
    Dictionary<string, Func<T, IEnumerable<string?>>> fields, Func<T, IReadOnlyDictionary<string, string>>? tags = null)
{
    private const string TagPrefix = "tag:";

    public Func<T, bool> Of(QueryParameters request)
    {
        var filters = request.List("Filter").Select(filter => (Field: Field(filter["Name"] ?? ""), Values: filter.Texts("Value") ?? [])).ToList();
        return item => filters.TrueForAll(filter => filter.Field(item).Any(actual => actual is not null
            && filter.Values.Any(value => FileSystemName.MatchesSimpleExpression(value, actual, ignoreCase: false))));
    }

    private Func<T, IEnumerable<string?>> Field(string name)
    {
        if (tags is not null && name == "tag-key")
            return item => tags(item).Keys;
        if (tags is not null && name.StartsWith(TagPrefix, StringComparison.Ordinal))
            return item => [tags(item).GetValueOrDefault(name[TagPrefix.Length..])];
        return fields.TryGetValue(name, out var field) ? field : throw Ec2Errors.Invalid($"The filter '{name}' is invalid");
    }
}
