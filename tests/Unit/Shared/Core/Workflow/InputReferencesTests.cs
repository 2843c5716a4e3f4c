using System.Text.Json;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public class InputReferencesTests
{
    private static readonly JsonElement Output = JsonElement.Parse("""{"rows":[{"a/b":1},{"~":null}],"name":"x"}""");

    [Theory]
    [InlineData("""{"v":{"$from":"t"}}""", """{"v":{"rows":[{"a/b":1},{"~":null}],"name":"x"}}""")]
    [InlineData("""{"v":{"$from":"t","path":"/name"}}""", """{"v":"x"}""")]
    [InlineData("""{"v":[1,{"$from":"t","path":"/rows/0/a~1b"}]}""", """{"v":[1,1]}""")]
    [InlineData("""{"v":{"w":{"$from":"t","path":"/rows/1/~0"}}}""", """{"v":{"w":null}}""")]
    [InlineData("""{"v":"$from"}""", """{"v":"$from"}""")]
    public void References_are_replaced_by_what_they_point_at(string input, string expected)
    {
        var (resolved, problem) = InputReferences.Resolve(JsonElement.Parse(input), name => name == "t" ? Output : null);

        Assert.Null(problem);
        Assert.Equal(expected, resolved!.Value.GetRawText());
    }

    [Theory]
    [InlineData("""{"v":{"$from":"t","path":"/rows/2"}}""", "$from: the output of 't' has nothing at '/rows/2'")]
    [InlineData("""{"v":{"$from":"t","path":"/name/x"}}""", "$from: the output of 't' has nothing at '/name/x'")]
    [InlineData("""{"v":{"$from":"u"}}""", "$from: the task 'u' has no output")]
    public void A_reference_to_nothing_is_told(string input, string expected)
    {
        var (resolved, problem) = InputReferences.Resolve(JsonElement.Parse(input), name => name == "t" ? Output : null);

        Assert.Null(resolved);
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("""{"$from":7}""", "$from: names a task by a text")]
    [InlineData("""{"v":[{"$from":"t","path":"rows"}]}""", "path: 'rows' is not a JSON Pointer; it begins with '/'")]
    [InlineData("""{"$from":"t","pfad":"/x"}""", "$from: a reference to 't' holds only $from and path, not 'pfad'")]
    public void A_malformed_reference_is_told(string input, string expected) =>
        Assert.Equal([expected], InputReferences.Problems(JsonElement.Parse(input)));
}
