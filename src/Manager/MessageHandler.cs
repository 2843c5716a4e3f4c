using TaskMesh.Core.Messages;
using TaskMesh.Core.Metrics;
using TaskMesh.Postgres;

namespace TaskMesh.Manager;

/// <summary>
/// The Manager's way with a batch: read, decide and commit in one transaction, perform the effects, close what is complete.
/// A message is done only after all of that; what fails comes again and finds that its part has been done.
/// </summary>
public sealed class MessageHandler(
    UnitOfWork work,
    BatchDecider decider,
    PlainReports plain,
    ContainerSettler settler,
    SweepRunner sweeps,
    RetentionRunner retention,
    ManagerLog log,
    Meter meter,
    TimeProvider clock)
{
    /// <returns>The ids of the messages that must come again.</returns>
    public async Task<IReadOnlyList<string>> HandleAsync(IReadOnlyList<Envelope> batch, CancellationToken cancellation)
    {
        var read = batch.Select(ReadMessage.From).ToArray();
        var (failed, isSweepDue) = await HandleAsync(read, cancellation);
        Tell(read, failed.Count > 0);
        await sweeps.RunAsync(read.Select(message => SweepAfter(message.Message)).Min(), isSweepDue, Behind(read), cancellation);
        if (read.Any(message => message.Message is Tick { Sweep: Sweep.Housekeeping }))
            await retention.RunAsync(cancellation);
        return failed;
    }

    /// <summary>The youngest report tells: one that comes again has always been there for long.</summary>
    private TimeSpan Behind(ReadMessage[] batch)
    {
        var now = clock.GetUtcNow();
        return now - batch.Where(message => message.Message is CompleteTask).Select(message => message.Envelope.SentAt).DefaultIfEmpty(now).Max();
    }

    private void Tell(ReadMessage[] batch, bool hasFailed)
    {
        meter.Tell(MeshMetrics.Messages, batch.Length);
        meter.Tell(MeshMetrics.BatchesFailed, hasFailed ? 1 : 0);
        foreach (var queue in batch.GroupBy(message => message.Envelope.Queue))
            meter.Tell(MeshMetrics.MessageWait, (clock.GetUtcNow() - queue.Min(message => message.Envelope.SentAt)).TotalMilliseconds, queue.Key);
        foreach (var outcome in batch.Select(message => message.Message).OfType<CompleteTask>().CountBy(report => report.Outcome.GetType().Name))
            meter.Tell(MeshMetrics.Reports, outcome.Value, outcome.Key);
    }

    /// <summary>What steers the mesh leaves rows to move: at once, and not when the next sweep is due.</summary>
    private static Sweep? SweepAfter(ManagerMessage? message) => message switch
    {
        Tick { Sweep: not Sweep.Housekeeping } tick => tick.Sweep,
        Control => Sweep.Waits,
        _ => null,
    };

    private async Task<(IReadOnlyList<string> Failed, bool? IsSweepDue)> HandleAsync(ReadMessage[] batch, CancellationToken cancellation)
    {
        try
        {
            var (left, isSweepDue) = await plain.TakeAsync(batch, cancellation);
            if (left.Length == 0)
                return ([], isSweepDue);
            var decided = await work.RunAsync(connection => decider.DecideAsync(connection, left, cancellation), cancellation);
            plain.HasBacklog = decided.Effects.HasBacklog;
            await settler.SettleAsync(decided, cancellation);
            return ([], isSweepDue == true || decided.Turn?.Rows.Count > 0);
        }
        catch (Exception e) when (batch.Length > 1 && !Database.IsTransient(e) && !cancellation.IsCancellationRequested)
        {
            // One message breaks the batch: halves find it, so that its neighbours go on.
            var half = batch.Length / 2;
            var (first, second) = (await HandleAsync(batch[..half], cancellation), await HandleAsync(batch[half..], cancellation));
            return ([.. first.Failed, .. second.Failed], first.IsSweepDue == true ? true : second.IsSweepDue ?? first.IsSweepDue);
        }
        catch (Exception e)
        {
            log.BatchFailed(batch.Length, e);
            return ([.. batch.Select(message => message.Envelope.MessageId)], null);
        }
    }
}
