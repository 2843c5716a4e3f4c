using System.Globalization;
using System.Xml.Linq;

namespace Amazon.EC2.Internal;

/// <summary>Reads an answer: members by local name, lists as their "item" elements. What is missing, or is a list without items, is null.</summary>
internal sealed class XmlPart(XElement element)
{
    public XmlPart Child(string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name) is { } child ? new XmlPart(child) : null;

    public string Text(string name) => Child(name)?.Value;

    public int? Int(string name) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public long? Long(string name) => Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public bool? Bool(string name) => Text(name) is { } text ? bool.Parse(text) : null;

    public DateTime? Time(string name) =>
        Text(name) is { } text ? DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) : null;

    public List<string> Texts(string name) => All(name, item => item.Value);

    public List<T> All<T>(string name, Func<XmlPart, T> read) => Child(name)?.Items(read) is { Count: > 0 } items ? items : null;

    private string Value => element.Value;

    private List<T> Items<T>(Func<XmlPart, T> read) => [.. element.Elements().Select(e => read(new XmlPart(e)))];
}
