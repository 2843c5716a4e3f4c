using System.Xml.Linq;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>Pages of a description. A page ends with the token that names its last resource, so what comes meanwhile shifts nothing.</summary>
/// <param name="Least">The least MaxResults that the operation takes.</param>
/// <param name="Most">The most, and what a page has at most without it.</param>
/// <param name="Given">EC2 may give fewer than it was asked for.</param>
internal sealed record Ec2Page(int Least, int Most, int Given = int.MaxValue)
{
    public IEnumerable<XElement> Of<T>(
        QueryParameters request, string set, IEnumerable<T> all, Func<T, string> id, Func<IReadOnlyList<T>, IEnumerable<object?[]>> write)
    {
        var most = request.Number("MaxResults");
        if (most < Least || most > Most)
            throw Ec2Errors.Invalid($"Value ( {most} ) for parameter maxResults is invalid. Expecting a value from {Least} to {Most}.");
        var found = all.ToList();
        var start = request["NextToken"] is { Length: > 0 } token ? found.FindIndex(item => id(item) == token) + 1 : 0;
        var page = found.Skip(start).Take(Math.Min(most ?? Most, Given)).ToList();
        return
        [
            Ec2Xml.Set(set, write(page)),
            .. start + page.Count < found.Count ? [Ec2Xml.Element("nextToken", id(page[^1]))] : Enumerable.Empty<XElement>(),
        ];
    }
}
