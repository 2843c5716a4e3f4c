using TaskMesh.Cli;
using TaskMesh.Cli.Mesh;
using TaskMesh.Core.Messages;

namespace TaskMesh.Unit.Cli.Mesh;

public class SubmissionTests
{
    private static readonly Guid Id = new("01890a5d-ac96-774b-bcce-b302099a8057");

    [Fact]
    public void What_has_a_root_is_a_collection_and_anything_else_a_task()
    {
        var collection = Read("""{"root":{"type":"Task","name":"a","kind":"insert-data","input":{}}}""");
        var task = Read("""{"kind":"insert-data","input":{"key":"a"}}""");

        Assert.IsType<CreateCollection>(collection);
        Assert.Equal("insert-data", Assert.IsType<CreateTask>(task).Kind);
        Assert.Equal((Id, Id), (collection.Id, task.Id));
    }

    [Fact]
    public void The_id_in_the_file_is_kept_so_that_sending_it_twice_creates_one_thing()
    {
        var own = Guid.NewGuid();

        Assert.Equal(own, Read($$"""{"type":"CreateTask","id":"{{own}}","kind":"insert-data","input":{} }""").Id);
    }

    [Theory]
    [InlineData("", "work.json, line 1, column 1: there is no JSON here")]
    [InlineData("[]", "work.json: not a message: the body is no JSON object")]
    [InlineData("{}", "work.json: these fields are missing: 'kind', 'input'")]
    [InlineData("""{"kind":"a","kind":"b","input":{}}""", "work.json, line 1, column 13: the field 'kind' is there twice")]
    [InlineData("{\n  \"kind\": \"a\",\n  \"colour\": 1, \"input\": {}\n}", "work.json, line 3, column 3: there is no field 'colour' here")]
    [InlineData("""{"kind":"a","priority":"high","input":{}}""", "work.json, line 1, column 24: priority: a number belongs here")]
    [InlineData("{\n  \"kind\": \"ä\" \"input\": {}\n}", "work.json, line 2, column 15: a comma or a closing bracket belongs here, not '\"'")]
    [InlineData("""{"\ud800":1,"kind":"a","input":{}}""", "work.json: not a message: a string holds half a surrogate pair")]
    [InlineData("""{"root":{"children":[]}}""", "work.json, line 1, column 10: root: an object that needs a \"type\" has none")]
    [InlineData("""{"v":7,"kind":"a","input":{}}""", "work.json: v: version 7 is unknown")]
    [InlineData("""{"type":"Tick"}""", "work.json: type: 'Tick' is not work that can be submitted")]
    [InlineData("""{"type":"Explode"}""", "work.json: type: 'Explode' is none of ")]
    public void A_file_that_holds_no_work_is_refused_in_a_sentence(string file, string sentence)
    {
        var refusal = Assert.Throws<CliException>(() => Read(file));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith(sentence, refusal.Message);
    }

    [Theory]
    [InlineData("{key:1}", "input, line 1, column 2: a field's name in double quotes belongs here, not 'k'")]
    [InlineData("""{"key":"\ud800"}""", "input: a string holds half a surrogate pair")]
    [InlineData("""{"key":"\u0000"}""", "input: not a message: a string holds")]
    [InlineData("""{"key":1,"key":2}""", "input, line 1, column 10: the field 'key' is there twice")]
    public void An_input_that_is_no_text_in_JSON_is_refused(string input, string sentence)
    {
        var refusal = Assert.Throws<CliException>(() => Submission.OneTask("insert-data", new("input", input), Id));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith(sentence, refusal.Message);
    }

    private static ManagerMessage Read(string json) => Submission.Read(new("work.json", json), Id);
}
