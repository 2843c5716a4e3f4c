using Npgsql;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Carries out a batch inside one transaction, set by set: control, new work, ended attempts, dispatch, quarantine.</summary>
public sealed class BatchDecider(ControlDesk control, IntakeDesk intake, ChildDesk children, CompletionDesk completions)
{
    public async Task<Decided> DecideAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var steered = await control.AcceptAsync(connection, batch, cancellation);
        ReadMessage[] all = [.. batch, .. steered.Replayed];
        var (newTasks, refused) = await intake.AcceptAsync(connection, all, cancellation);
        var ended = await completions.AcceptAsync(connection, all, cancellation);
        if (steered.ReplayOf.Count > 0)
            await new DeadLetterStore(connection).LinkAsync(steered.ReplayOf, cancellation);

        var made = await children.AcceptAsync(connection, all, cancellation);
        var asked = made.Released?.Pools ?? new HashSet<string>();
        foreach (var (pool, count) in ended.Freed.Concat(asked.Select(pool => KeyValuePair.Create(pool, 0))))
            steered.Freed[pool] = steered.Freed.GetValueOrDefault(pool) + count;
        var effects = await Dispatcher.DispatchAsync(connection, [.. newTasks, .. made.Runnable], steered.Freed, cancellation, ended.Throttled);
        var (touched, differing) = await children.CountAsync(connection, made, effects.Inserted, cancellation);

        var quarantine = all.Where(message => message.Reason is not null).Select(message => (message, message.Reason!))
            .Concat([.. steered.Refused, .. refused, .. ended.Unknown, .. made.Refused, .. differing]).ToArray();
        if (quarantine.Length > 0)
        {
            await new ControlStore(connection).QuarantineAsync(
                [.. quarantine.Select(
                    entry => (entry.Item1.Envelope.Queue, entry.Item1.Envelope.MessageId, entry.Item1.Envelope.Body, entry.Item2))], cancellation);
        }
        return new Decided(
            effects with { WakeAfter = new[] { effects.WakeAfter, ended.WakeAfter }.Min() }, [.. ended.Touched, .. steered.Touched, .. made.Touched])
        {
            Generators = [.. touched, .. ended.Generators.Select(generator => new TouchedGenerator(generator))],
        };
    }
}
