using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class FindingBufferTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_finding_is_handed_over_in_order()
    {
        var buffer = new FindingBuffer<int>();
        var sink = new Sink();

        var handOver = buffer.HandOverAsync(sink, CancellationToken.None);
        for (var finding = 1; finding <= 50_000; finding++)
            buffer.Add(finding);
        buffer.Complete();
        await handOver.WaitAsync(Limit);

        Assert.Equal(Enumerable.Range(1, 50_000), sink.Found);
    }

    [Fact]
    public async Task A_checkpoint_comes_after_all_that_was_found_before_it()
    {
        var buffer = new FindingBuffer<int>();
        var sink = new Sink();

        buffer.Add(1);
        buffer.Mark(At(10));
        buffer.Mark(At(20));
        buffer.Add(2);
        buffer.Complete();
        await buffer.HandOverAsync(sink, CancellationToken.None).WaitAsync(Limit);

        Assert.Equal([(10UL, 1), (20UL, 1)], sink.Checkpoints);
        Assert.Equal([1, 2], sink.Found);
    }

    [Fact]
    public async Task A_task_that_fails_holds_nobody_up()
    {
        var buffer = new FindingBuffer<int>();

        var handOver = buffer.HandOverAsync(new Sink { Failure = new InvalidDataException("the database is gone") }, CancellationToken.None);
        buffer.Add(1);
        buffer.Flush();
        await Assert.ThrowsAsync<InvalidDataException>(() => handOver.WaitAsync(Limit));

        for (var more = 0; more < 200_000; more++)
            buffer.Add(1);
    }

    private static ScanCheckpoint At(ulong index) => new(index, 0, 0, 0, 0, 0, 0, 0);

    private sealed class Sink : IScanSink<int>
    {
        public List<int> Found { get; } = [];

        /// <summary>Each with how much had been found by then.</summary>
        public List<(ulong Index, int Found)> Checkpoints { get; } = [];

        public Exception? Failure { get; init; }

        public Task FoundAsync(IReadOnlyList<int> findings, CancellationToken cancellation)
        {
            Found.AddRange(findings);
            return Failure is null ? Task.CompletedTask : Task.FromException(Failure);
        }

        public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
        {
            Checkpoints.Add((checkpoint.Index, Found.Count));
            return Task.CompletedTask;
        }
    }
}
