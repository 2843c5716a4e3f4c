using System.Collections.Concurrent;
using System.Threading.Channels;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Takes findings and checkpoints, in order, from the status thread to the task that wants them. Batches are used again, so a finding costs no
/// memory. When the task falls behind, the status thread waits, the window fills, and so the sender waits too.
/// </summary>
public sealed class FindingBuffer<TFinding>
{
    private const int BatchSize = 1024;
    private const int Batches = 64;

    private readonly Channel<(List<TFinding> Findings, ScanCheckpoint? Checkpoint)> _full =
        Channel.CreateBounded<(List<TFinding>, ScanCheckpoint?)>(Batches);

    private readonly ConcurrentQueue<List<TFinding>> _empty = new();
    private List<TFinding> _filling = new(BatchSize);

    public void Add(TFinding finding)
    {
        _filling.Add(finding);
        if (_filling.Count == BatchSize)
            Flush();
    }

    /// <summary>Hands over what there is. Waits when every batch is taken.</summary>
    public void Flush()
    {
        if (_filling.Count > 0)
            Write(checkpoint: null);
    }

    /// <summary>Everything before the checkpoint has been added.</summary>
    public void Mark(ScanCheckpoint checkpoint) => Write(checkpoint);

    /// <summary>No finding comes after this.</summary>
    public void Complete()
    {
        Flush();
        _full.Writer.TryComplete();
    }

    /// <summary>Runs until the buffer is complete and empty, or the task fails.</summary>
    public async Task HandOverAsync(IScanSink<TFinding> sink, CancellationToken cancellation)
    {
        try
        {
            await foreach (var (findings, checkpoint) in _full.Reader.ReadAllAsync(cancellation))
            {
                if (findings.Count > 0)
                    await sink.FoundAsync(findings, cancellation);
                if (checkpoint is not null)
                    await sink.CheckpointAsync(checkpoint, cancellation);
                findings.Clear();
                _empty.Enqueue(findings);
            }
        }
        finally
        {
            _full.Writer.TryComplete();
        }
    }

    private void Write(ScanCheckpoint? checkpoint)
    {
        while (!_full.Writer.TryWrite((_filling, checkpoint)))
        {
            if (_full.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                continue;
            // The task has failed and takes no more; the scan is about to end.
            _filling.Clear();
            return;
        }
        _filling = _empty.TryDequeue(out var used) ? used : new(BatchSize);
    }
}
