using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Ec2;

public class Ec2PageTests
{
    [Theory]
    [InlineData(5, int.MaxValue)]
    [InlineData(7, int.MaxValue)]
    [InlineData(12, int.MaxValue)]
    [InlineData(1000, 4)]
    public void Following_the_tokens_shows_everything_once(int asked, int given)
    {
        string[] all = [.. Enumerable.Range(0, 12).Select(i => $"r{i}")];
        var seen = new List<string>();
        string? token = null;
        do
        {
            var (items, next) = Page(all, given, ("MaxResults", $"{asked}"), ("NextToken", token ?? ""));
            seen.AddRange(items);
            token = next;
        }
        while (token is not null);

        Assert.Equal(all, seen);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("1001")]
    public void Pages_of_another_size_are_refused(string asked) =>
        Assert.Equal("InvalidParameterValue", Assert.Throws<AwsException>(() => Page([], 1000, ("MaxResults", asked))).Code);

    private static (IReadOnlyList<string> Items, string? Next) Page(string[] all, int given, params (string Name, string Value)[] fields)
    {
        var request = QueryParameters.From([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        var elements = new Ec2Page(5, 1000, given)
            .Of(request, "set", all, item => item, page => page.Select(item => new object?[] { item })).ToList();
        return ([.. elements[0].Elements().Select(item => item.Value)], elements.Count > 1 ? elements[1].Value : null);
    }
}
