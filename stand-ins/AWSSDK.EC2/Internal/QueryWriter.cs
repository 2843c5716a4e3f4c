using System.Globalization;
using Amazon.EC2.Model;
using Amazon.Runtime;

namespace Amazon.EC2.Internal;

/// <summary>Writes parameters of the Query protocol: what is null stays out, lists count from 1, members of structures follow a point.</summary>
internal sealed class QueryWriter(IDictionary<string, string> parameters, string prefix = "")
{
    public void Add(string name, string value)
    {
        if (value is not null)
            parameters[prefix + name] = value;
    }

    public void Add(string name, ConstantClass value) => Add(name, value?.Value);

    public void Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Add(string name, bool? value) => Add(name, value is null ? null : value.Value ? "true" : "false");

    public void Add(string name, DateTime? value) =>
        Add(name, value?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    public void AddAll(string name, List<string> values)
    {
        for (var i = 0; i < values?.Count; i++)
            Add($"{name}.{i + 1}", values[i]);
    }

    public void AddAll<T>(string name, List<T> items, Action<QueryWriter, T> write)
    {
        for (var i = 0; i < items?.Count; i++)
            write(new QueryWriter(parameters, $"{prefix}{name}.{i + 1}."), items[i]);
    }

    public void AddAll(string name, List<Tag> tags) => AddAll(name, tags, (q, tag) =>
    {
        q.Add("Key", tag.Key);
        q.Add("Value", tag.Value);
    });

    public void AddAll(string name, List<Filter> filters) => AddAll(name, filters, (q, filter) =>
    {
        q.Add("Name", filter.Name);
        q.AddAll("Value", filter.Values);
    });
}
