using System.Collections.Concurrent;
using System.Threading.Channels;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>Takes findings from the receiver's thread to the task that wants them. Batches are used again, so a finding costs no memory.</summary>
public sealed class FindingBuffer
{
    private const int BatchSize = 1024;
    private const int Batches = 64;

    private readonly Channel<List<PortFinding>> _full = Channel.CreateBounded<List<PortFinding>>(Batches);
    private readonly ConcurrentQueue<List<PortFinding>> _empty = new();
    private List<PortFinding> _filling = new(BatchSize);

    /// <summary>Whether the task falls behind, so that sending should wait for it; what is on its way then still finds room.</summary>
    public bool IsFillingUp => _full.Reader.Count > Batches / 2;

    public void Add(PortFinding finding)
    {
        _filling.Add(finding);
        if (_filling.Count == BatchSize)
            Flush();
    }

    /// <summary>Hands over what there is. Waits when every batch is taken.</summary>
    public void Flush()
    {
        if (_filling.Count == 0)
            return;
        while (!_full.Writer.TryWrite(_filling))
        {
            if (_full.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                continue;
            // The task has failed and takes no more; the scan is about to end.
            _filling.Clear();
            return;
        }
        _filling = _empty.TryDequeue(out var used) ? used : new(BatchSize);
    }

    /// <summary>No finding comes after this.</summary>
    public void Complete() => _full.Writer.TryComplete();

    /// <summary>Runs until the buffer is complete and empty, or the task fails.</summary>
    public async Task HandOverAsync(Func<IReadOnlyList<PortFinding>, CancellationToken, Task> findings, CancellationToken cancellation)
    {
        try
        {
            await foreach (var batch in _full.Reader.ReadAllAsync(cancellation))
            {
                await findings(batch, cancellation);
                batch.Clear();
                _empty.Enqueue(batch);
            }
        }
        finally
        {
            Complete();
        }
    }
}
