using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.Lambda;

namespace TaskMesh.Unit.LocalCloud.Lambda;

public class BatchAnswerTests
{
    private static readonly HashSet<string> Batch = ["a", "b", "c"];

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"batchItemFailures\":null}")]
    [InlineData("{\"batchItemFailures\":[]}")]
    [InlineData("{\"other\":1}")]
    public void Nothing_said_means_that_all_went_well(string response) => Assert.Empty(Failures(response));

    [Fact]
    public void The_messages_named_have_failed() =>
        Assert.Equal(["a", "c"], Failures("""{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}""").Order());

    [Theory]
    [InlineData("not json")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("{\"batchItemFailures\":{}}")]
    [InlineData("{\"BatchItemFailures\":[]}")]
    [InlineData("{\"batchItemFailures\":[{}]}")]
    [InlineData("{\"batchItemFailures\":[{\"ItemIdentifier\":\"a\"}]}")]
    [InlineData("{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}")]
    [InlineData("{\"batchItemFailures\":[{\"itemIdentifier\":null}]}")]
    [InlineData("{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"stranger\"}]}")]
    public void What_cannot_be_understood_means_that_all_have_failed(string response) => Assert.Equal(Batch, Failures(response));

    [Fact]
    public void Any_bytes_have_a_meaning() =>
        Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(response => BatchAnswer.Failures(response, Batch).IsSubsetOf(Batch)));

    private static IReadOnlySet<string> Failures(string response) => BatchAnswer.Failures(Encoding.UTF8.GetBytes(response), Batch);
}
