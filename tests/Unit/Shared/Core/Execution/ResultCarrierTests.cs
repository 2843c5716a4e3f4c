using System.Text;
using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Execution;

public class ResultCarrierTests
{
    private static readonly ResultLimits Limits = new(InlineBytes: 1_000, QuotaBytes: 5_000);
    private static readonly RunTask Run = new(Guid.CreateVersion7(), 3, Guid.Empty, "kind", default, Guid.Empty, "default", default, []);

    /// <summary>A text of n letters is n + 2 bytes of JSON; one of emoji twelve bytes each, since only ASCII travels.</summary>
    [Theory]
    [InlineData("a", 10, true)]
    [InlineData("a", 998, true)]
    [InlineData("a", 999, false)]
    [InlineData("😀", 83, true)]
    [InlineData("😀", 84, false)]
    public async Task A_result_goes_inline_up_to_the_limit_and_by_reference_above(string character, int count, bool inline)
    {
        var objects = new MemoryObjects();
        var text = string.Concat(Enumerable.Repeat(character, count));

        var carried = Assert.IsType<TaskOutcome.Succeeded>(
            await new ResultCarrier(objects, Limits).CarryAsync(Run, Result($"\"{text}\""), default));

        Assert.Equal((inline, inline), (carried.Data is not null, carried.DataAt is null));
        if (carried.DataAt is { } at)
        {
            Assert.Equal($"results/{Run.Id}/3/{at.Sha256}", at.Key);
            Assert.Equal(text, JsonElement.Parse(objects.Kept[at.Key].Span).GetString());
        }
    }

    [Fact]
    public async Task More_than_the_quota_is_refused_and_never_stored()
    {
        var objects = new MemoryObjects();

        var refused = await Assert.ThrowsAsync<ResultQuotaException>(
            () => new ResultCarrier(objects, Limits).CarryAsync(Run, Result($"\"{new string('a', 5_000)}\""), default));

        Assert.Equal("result: 5002 bytes are more than a task may return (5000)", refused.Message);
        Assert.Empty(objects.Kept);
    }

    [Fact]
    public async Task What_no_report_can_carry_fails_with_the_reason()
    {
        var carrier = new ResultCarrier(null, Limits);
        var deep = new string('[', 57) + new string(']', 57);

        Assert.Equal(
            new TaskOutcome.Failed(ErrorClass.Fatal, "result: nested deeper than 56 levels"), await carrier.CarryAsync(Run, Result(deep), default));
        Assert.Equal(
            new TaskOutcome.Failed(ErrorClass.Fatal, "result: 2002 bytes need an object store, and this worker has none"),
            await carrier.CarryAsync(Run, Result($"\"{new string('a', 2_000)}\""), default));
    }

    [Fact]
    public async Task An_input_by_reference_is_fetched()
    {
        var objects = new MemoryObjects();
        var at = await objects.PutAsync("inputs/", Encoding.UTF8.GetBytes("""{"a":1}"""), default);

        var run = await new ResultCarrier(objects, Limits).FetchInputAsync(Run with { InputAt = at }, default);

        Assert.Equal("""{"a":1}""", run.Input.GetRawText());
    }

    private static TaskOutcome.Succeeded Result(string json) =>
        new(JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = 100 }));

    private sealed class MemoryObjects : IObjectStore
    {
        public Dictionary<string, ReadOnlyMemory<byte>> Kept { get; } = [];

        public Task<ObjectReference> PutAsync(string folder, ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            var reference = ObjectReference.To("bucket", folder, content.Span);
            Kept[reference.Key] = content;
            return Task.FromResult(reference);
        }

        public Task<ReadOnlyMemory<byte>> GetAsync(ObjectReference reference, CancellationToken cancellation) => Task.FromResult(Kept[reference.Key]);

        public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

        public Task DeleteAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
