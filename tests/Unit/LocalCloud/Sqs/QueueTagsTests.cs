using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class QueueTagsTests
{
    [Fact]
    public void A_tag_with_a_known_key_takes_its_place()
    {
        var tags = With(new() { ["a"] = "1", ["b"] = "2" }, new() { ["b"] = "3", ["c"] = "" });

        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "3", ["c"] = "" }, tags);
    }

    [Fact]
    public void Tags_beyond_the_limits_are_refused()
    {
        var fifty = Enumerable.Range(0, 50).ToDictionary(i => $"{i}", i => "");

        Assert.Equal(50, With([], fifty).Count);
        AssertRefused(fifty, new() { ["one more"] = "" });
        AssertRefused([], new() { [""] = "" });
        AssertRefused([], new() { ["aws:own"] = "" });
        AssertRefused([], new() { [new string('k', 129)] = "" });
        AssertRefused([], new() { ["k"] = new string('v', 257) });
    }

    private static IReadOnlyDictionary<string, string> With(Dictionary<string, string> tags, Dictionary<string, string> added) =>
        QueueTags.With(tags, added, "jobs");

    private static void AssertRefused(Dictionary<string, string> tags, Dictionary<string, string> added) =>
        Assert.Equal("InvalidParameterValue", Assert.Throws<AwsException>(() => With(tags, added)).Code);
}
