using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Keeps answers back until those who gave them have been looked at once more: a resolver that began to lie on the way is found out by then, and what
/// it has said since the look before is asked of others. Checkpoints wait with the answers before them.
/// </summary>
/// <param name="interval">Between two looks.</param>
/// <param name="look">Looks at every resolver that is asked.</param>
/// <param name="askAgain">Asks somebody else; null when nobody is left.</param>
internal sealed class AnswerQuarantine(
    ResolverPool pool, TimeProvider clock, TimeSpan interval, Func<CancellationToken, Task> look,
    Func<DnsReply, CancellationToken, Task<DnsReply?>> askAgain, IScanSink<DnsReply> sink) : IScanSink<DnsReply>
{
    /// <summary>With so many the next look comes at once: a memory that grows with the rate would have no bound.</summary>
    public const int MostHeld = 1 << 16;

    private const int BatchSize = 1024;
    private const int MostAtOnce = 64;

    private readonly List<Part> _held = [];
    private long _lookedAt = clock.GetTimestamp();
    private int _count;
    private bool _nobodyIsLeft;

    public Task FoundAsync(IReadOnlyList<DnsReply> findings, CancellationToken cancellation)
    {
        if (_held.Count == 0 || _held[^1].Checkpoint is not null)
            _held.Add(new([], null));
        _held[^1].Replies.AddRange(findings);
        _count += findings.Count;
        return IsTime ? ReleaseAsync(cancellation) : Task.CompletedTask;
    }

    public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
    {
        if (_held.Count == 0)
            _held.Add(new([], checkpoint));
        else
            _held[^1] = _held[^1] with { Checkpoint = checkpoint };
        return IsTime ? ReleaseAsync(cancellation) : Task.CompletedTask;
    }

    /// <summary>Hands over what is held, after a look; nothing comes after it.</summary>
    public Task EndAsync(CancellationToken cancellation) => _count > 0 || _held.Count > 0 ? ReleaseAsync(cancellation) : Task.CompletedTask;

    private bool IsTime => _count >= MostHeld || clock.GetElapsedTime(_lookedAt) >= interval;

    private async Task ReleaseAsync(CancellationToken cancellation)
    {
        if (!_nobodyIsLeft)
            await look(cancellation);
        _lookedAt = clock.GetTimestamp();
        foreach (var (replies, checkpoint) in _held)
        {
            foreach (var batch in replies.Chunk(BatchSize))
            {
                await ReplaceAsync(batch, cancellation);
                // What nobody could be asked for again must neither be told nor be taken for done.
                if (!_nobodyIsLeft)
                    await sink.FoundAsync(batch, cancellation);
            }
            if (checkpoint is not null && !_nobodyIsLeft)
                await sink.CheckpointAsync(checkpoint, cancellation);
        }
        _held.Clear();
        _count = 0;
    }

    /// <summary>Who lies is never believed, so all that is left of it by now is asked again.</summary>
    private async Task ReplaceAsync(DnsReply[] batch, CancellationToken cancellation)
    {
        var doubtful = Enumerable.Range(0, batch.Length).Where(place => pool.All[batch[place].Resolver].Health.IsFinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(doubtful, options, async (place, each) =>
        {
            if (!_nobodyIsLeft && await askAgain(batch[place], each) is { } answer)
                batch[place] = answer;
            else
                _nobodyIsLeft = true;
        });
    }

    /// <param name="Checkpoint">Everything before it is among these replies, or was handed over; null while it has not come.</param>
    private sealed record Part(List<DnsReply> Replies, ScanCheckpoint? Checkpoint);
}
