using System.Globalization;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>Each thing that people and programs get wrong: one clear sentence, the bytes kept, nothing made of it, and both neighbours run.</summary>
[Collection(ProductTests.Name)]
public class BadInputTests(ProductCluster cluster)
{
    private const string Neighbour = """{"type":"CreateTask","kind":"outside","input":{"value":"neighbour"}}""";
    private const string Nobody = "01990000-0000-7000-8000-00000000dead";
    private const string UsedId = "01990000-0000-7000-8000-000000000001";

    public static TheoryData<string, string, string> Cases => new()
    {
        { "a cycle", InSequence(Task("a", From("b")), Task("b", From("a"))), "a: $from: 'b' does not end before 'a' starts; " },
        { "a task that refers to itself", InSequence(Task("a", From("a"))), "a: $from: 'a' does not end before 'a' starts; " },
        { "an unknown reference", InSequence(Task("a", From("nobody"))), "a: $from: the collection has no task 'nobody'" },
        { "two tasks of one name", InSequence(Task("a"), Task("a")), "a: 2 tasks have this name; names are unique within a collection" },
        {
            "too many tasks", InSequence([.. Enumerable.Range(0, 10_001).Select(i => Task($"t{i}"))]),
            "root: a collection holds 1 to 10000 tasks, not 10001"
        },
        { "no task", InSequence(), "root: a collection holds 1 to 10000 tasks, not 0" },
        { "a tree that is too deep", Root(Nested(201, Task("a"))), "root: containers are nested deeper than 200" },
        { "an id used before", Single($$"""{"value":"other"}""", UsedId), $"id: {UsedId} was used before with another body" },
        {
            "an input that is too large", Single($$"""{"value":"{{new string('x', 204_800)}}"}"""),
            "outside: input: 204812 bytes are more than 204800"
        },
        { "an input that is too deep", Single($$"""{"value":{{Lists(70)}} }"""), "not a message: " },
        { "20,000 levels", Single($$"""{"value":{{Lists(20_000)}} }"""), "not a message: " },
        { "20,000 levels without an end", new string('[', 20_000), "not a message: " },
        { "U+0000", Single("""{"value":"\u0000"}"""), "not a message: a string holds U+0000" },
        { "half a surrogate pair", Single("""{"value":"\ud800"}"""), "not a message: a string holds half a surrogate pair" },
        { "half a surrogate pair as a name", Single("""{"\udc00":1}"""), "not a message: a string holds half a surrogate pair" },
        { "a member twice", """{"type":"CreateTask","kind":"outside","kind":"inside","input":{}}""", "not a message: " },
        { "an unknown member", """{"type":"CreateTask","kind":"outside","input":{},"colour":1}""", "not a message: " },
        { "a report on nothing", Report(1, UsedId), "from another timeline: there is no such task" },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task Each_mistake_is_told_once_and_harms_no_neighbour(string mistake, string body, string sentence)
    {
        await using var rig = await RigAsync();
        await rig.HandleAsync($$"""{"type":"CreateTask","id":"{{UsedId}}","kind":"outside","input":{"value":"first"} }""");

        var failed = await rig.HandleAsync(Neighbour, body, Neighbour);

        Assert.Empty(failed);
        var kept = Assert.Single(await rig.Database.RowsAsync("select octet_length(body), reason from task_manager.quarantine"));
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{body.Length} {sentence}"), kept);
        Assert.InRange(kept.Length, 1, 2_000);
        Assert.Equal(["Dispatched 3"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
        Assert.True(rig.Runs.Count == 3, mistake);
    }

    private static string Task(string name, string input = "{}") =>
        $$"""{"type":"Task","name":"{{name}}","kind":"outside","input":{{input}} }""";

    private static string From(string name) => $$"""{"value":{"$from":"{{name}}","path":""} }""";

    private static string Root(string root) => $$"""{"type":"CreateCollection","root":{{root}} }""";

    private static string InSequence(params string[] children) => Root($$"""{"type":"Sequential","children":[{{string.Join(',', children)}}] } """);

    private static string Nested(int levels, string inner) => string.Concat(Enumerable.Repeat("""{"type":"Sequential","children":[""", levels))
        + inner + string.Concat(Enumerable.Repeat("]}", levels));

    private static string Lists(int levels) => new string('[', levels) + new string(']', levels);

    private static string Single(string input, string? id = null) =>
        $$"""{"type":"CreateTask",{{(id is null ? "" : $"\"id\":\"{id}\",")}} "kind":"outside","input":{{input}} }""";

    private static string Report(int attempt, string nonce) =>
        $$"""{"type":"CompleteTask","task":"{{Nobody}}","attempt":{{attempt}},"nonce":"{{nonce}}","outcome":{"type":"Succeeded"} }""";

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
