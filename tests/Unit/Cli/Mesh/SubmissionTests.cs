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
        var collection = Submission.Read("""{"root":{"type":"Task","name":"a","kind":"insert-data","input":{}}}""", Id);
        var task = Submission.Read("""{"kind":"insert-data","input":{"key":"a"}}""", Id);

        Assert.IsType<CreateCollection>(collection);
        Assert.Equal("insert-data", Assert.IsType<CreateTask>(task).Kind);
        Assert.Equal((Id, Id), (collection.Id, task.Id));
    }

    [Fact]
    public void The_id_in_the_file_is_kept_so_that_sending_it_twice_creates_one_thing()
    {
        var own = Guid.NewGuid();

        Assert.Equal(own, Submission.Read($$"""{"type":"CreateTask","id":"{{own}}","kind":"insert-data","input":{} }""", Id).Id);
    }

    [Theory]
    [InlineData("", "not a message: ")]
    [InlineData("[]", "not a message: the body is no JSON object")]
    [InlineData("""{"kind":"a","kind":"b","input":{}}""", "not a message: ")]
    [InlineData("""{"kind":"a","input":{},"colour":1}""", "not a message: ")]
    [InlineData("""{"\ud800":1,"kind":"a","input":{}}""", "not a message: a string holds half a surrogate pair")]
    [InlineData("""{"root":{"children":[]}}""", "not a message: an object that needs a \"type\" has none. Path: $.root ")]
    [InlineData("""{"v":7,"kind":"a","input":{}}""", "v: version 7 is unknown")]
    [InlineData("""{"type":"Tick"}""", "type: 'Tick' is not work that can be submitted")]
    [InlineData("""{"type":"Explode"}""", "type: 'Explode' is none of ")]
    public void A_file_that_holds_no_work_is_refused_in_a_sentence(string file, string sentence)
    {
        var refusal = Assert.Throws<CliException>(() => Submission.Read(file, Id));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith(sentence, refusal.Message);
    }

    [Theory]
    [InlineData("{key:1}", "input: not JSON: ")]
    [InlineData("""{"key":"\ud800"}""", "input: not JSON: ")]
    [InlineData("""{"key":"\u0000"}""", "input: not a message: a string holds")]
    [InlineData("""{"key":1,"key":2}""", "input: not a message: ")]
    public void An_input_that_is_no_text_in_JSON_is_refused(string input, string sentence)
    {
        var refusal = Assert.Throws<CliException>(() => Submission.OneTask("insert-data", input, Id));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith(sentence, refusal.Message);
    }
}
