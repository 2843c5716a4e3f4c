using Npgsql;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Carries out a batch inside one transaction, set by set: control, ended attempts, new work, dispatch, quarantine. What does not depend on the
/// answer before it is asked in the same trip to the server: three trips are enough for a batch of plain tasks and reports.
/// </summary>
public sealed class BatchDecider(ControlDesk control, IntakeDesk intake, ChildDesk children, CompletionDesk completions)
{
    public async Task<Decided> DecideAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var steered = await control.AcceptAsync(connection, batch, cancellation);
        ReadMessage[] all = [.. batch, .. steered.Replayed];
        var submitted = await IntakeDesk.AskAsync(connection, all, cancellation);
        var ended = await completions.AcceptAsync(connection, all, cancellation);
        var made = await children.AcceptAsync(connection, all, cancellation);
        var planned = await intake.PlanAsync(connection, submitted, cancellation);

        var asked = made.Released?.Pools ?? new HashSet<string>();
        foreach (var (pool, count) in ended.Freed.Concat(asked.Select(pool => KeyValuePair.Create(pool, 0))))
            steered.Freed[pool] = steered.Freed.GetValueOrDefault(pool) + count;
        var rooms = await Dispatcher.AskAsync(
            connection,
            planned.Pools.Concat(made.Runnable.Concat(ended.Shares).Select(task => task.Task.Pool).OfType<string>()).Distinct(),
            steered.Freed,
            cancellation);
        var (newTasks, refused) = await IntakeDesk.TakeAsync(connection, planned, cancellation);
        if (steered.ReplayOf.Count > 0)
            await new DeadLetterStore(connection).LinkAsync(steered.ReplayOf, cancellation);

        var effects = await Dispatcher.DispatchAsync(
            connection, [.. newTasks, .. made.Runnable, .. ended.Shares], rooms, ended.Throttled, cancellation);
        var (touched, differing) = await children.CountAsync(connection, made, effects, cancellation);

        var quarantine = all.Where(message => message.Reason is not null).Select(message => (message, message.Reason!))
            .Concat([.. refused, .. ended.Unknown, .. made.Refused, .. differing]).ToArray();
        if (quarantine.Length > 0)
        {
            await new ControlStore(connection).QuarantineAsync(
                [.. quarantine.Select(
                    entry => (entry.Item1.Envelope.Queue, entry.Item1.Envelope.MessageId, entry.Item1.Envelope.Body, entry.Item2))], cancellation);
        }
        return new Decided(
            effects with { WakeAfter = new[] { effects.WakeAfter, ended.WakeAfter }.Min() }, [.. ended.Touched, .. steered.Touched, .. made.Touched])
        {
            Turn = await new SweepStore(connection).TakeTurnAsync(SweepRunner.Interval, cancellation),
            Generators = [.. touched, .. ended.Generators.Select(generator => new TouchedGenerator(generator))],
        };
    }
}
