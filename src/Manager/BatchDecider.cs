using Npgsql;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Carries out a batch inside one transaction, set by set: control, new work, ended attempts, quarantine, dispatch.</summary>
public sealed class BatchDecider(ControlDesk control, IntakeDesk intake, CompletionDesk completions)
{
    public async Task<Decided> DecideAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var steered = await control.AcceptAsync(connection, batch, cancellation);
        ReadMessage[] all = [.. batch, .. steered.Replayed];
        var (newTasks, refused) = await intake.AcceptAsync(connection, all, cancellation);
        var ended = await completions.AcceptAsync(connection, all, cancellation);
        if (steered.ReplayOf.Count > 0)
            await new DeadLetterStore(connection).LinkAsync(steered.ReplayOf, cancellation);

        var quarantine = all.Where(message => message.Reason is not null).Select(message => (message, message.Reason!))
            .Concat(steered.Refused).Concat(refused).Concat(ended.Unknown).ToArray();
        if (quarantine.Length > 0)
        {
            await new ControlStore(connection).QuarantineAsync(
                [.. quarantine.Select(
                    entry => (entry.Item1.Envelope.Queue, entry.Item1.Envelope.MessageId, entry.Item1.Envelope.Body, entry.Item2))], cancellation);
        }
        foreach (var (pool, count) in ended.Freed)
            steered.Freed[pool] = steered.Freed.GetValueOrDefault(pool) + count;
        var effects = await Dispatcher.DispatchAsync(connection, newTasks, steered.Freed, cancellation, ended.Throttled);
        return new Decided(effects with { WakeAfter = new[] { effects.WakeAfter, ended.WakeAfter }.Min() }, [.. ended.Touched, .. steered.Touched]);
    }
}
