using System.Text.Json;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public class ScanDigestTests
{
    private const string Input = """{"targets":["192.0.2.1"],"rate":100}""";

    [Theory]
    [InlineData("tcp-syn", """{ "rate": 100, "targets": [ "192.0.2.1" ] }""", true)]
    [InlineData("tcp-syn", """{"targets":["\u0031\u00392.0.2.1"],"rate":1e2}""", true)]
    [InlineData("tcp-syn", """{"targets":["192.0.2.1"],"rate":101}""", false)]
    [InlineData("tcp-syn", """{"targets":["192.0.2.1"],"rate":"100"}""", false)]
    [InlineData("tls-scan", Input, false)]
    public void The_same_scan_is_known_however_it_is_spelled(string kind, string input, bool isSame) =>
        Assert.Equal(isSame, Assert.Single(Of(kind, input)) == Assert.Single(Of("tcp-syn", Input)));

    [Fact]
    public void What_aims_at_nothing_or_at_what_other_tasks_find_has_none()
    {
        Assert.Empty(Of("insert-data", "{}", aims: false));
        Assert.Empty(Of("tcp-syn", """{"targets":["192.0.2.1"],"rate":{"$from":"pace"}}""", sources: new() { ["pace"] = Guid.Empty }));
    }

    private static string[] Of(string kind, string input, bool aims = true, Dictionary<string, Guid>? sources = null)
    {
        var task = new TaskPlan(
            Guid.Empty, Guid.Empty, 0, "t", kind, null, JsonElement.Parse(input), sources, new Dictionary<string, string>(), Started: true)
        {
            AimsAtTargets = aims,
        };
        var plan = new CollectionPlan(
            Guid.Empty, "small", null, 0, TimeSpan.FromHours(1), new Dictionary<string, string>(), [], "", [], [task], []);
        return [.. ScanDigest.Of(plan).Select(scan => Convert.ToHexString(scan.Digest))];
    }
}
