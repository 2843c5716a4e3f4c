using TaskMesh.Core.Messages;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Batches of nothing but reports, while nothing waits for the slots that they give back: one trip to the server ends the tasks and commits. What
/// is left, and what turns out to wait, takes transactions of its own.
/// </summary>
public sealed class PlainReports(UnitOfWork work, CompletionDesk completions, ContainerSettler settler)
{
    /// <summary>Whether tasks waited for room when this process last looked: then it pays to dispatch in the transaction that frees slots.</summary>
    public bool HasBacklog { get; set; }

    /// <returns>The messages that are left, and whether a sweep is due.</returns>
    public async Task<(ReadMessage[] Left, bool? IsSweepDue)> TakeAsync(ReadMessage[] batch, CancellationToken cancellation)
    {
        if (HasBacklog || !batch.All(message => message.Message is CompleteTask))
            return (batch, null);
        PlainEnds? plain = null;
        Later<string>? waiting = null;
        var decided = await work.RunAsync(
            async connection =>
            {
                plain = await completions.EndPlainAsync(
                    connection, batch.Select(message => (CompleteTask)message.Message!), freesSlots: true, cancellation);
                waiting = await new DispatchStore(connection).WaitingAsync(cancellation);
                return Decided.Nothing with
                {
                    Turn = await new SweepStore(connection).TakeTurnAsync(SweepRunner.Interval, cancellation),
                };
            },
            cancellation);
        if (plain is null)
            return (batch, decided.Turn!.Rows.Count > 0);
        if (waiting!.Rows.Count > 0)
        {
            HasBacklog = true;
            var asked = waiting.Rows.ToDictionary(pool => pool, _ => 0);
            await work.RunAsync(
                async connection => new Decided(await Dispatcher.DispatchAsync(connection, [], asked, cancellation), []), cancellation);
        }
        await settler.SettleAsync(
            [.. plain.Ended.Rows.Where(task => !task.Closed).Select(task => task.Container).Distinct()], cancellation);
        return ([.. batch.Where(message => !plain.Has((CompleteTask)message.Message!))], decided.Turn!.Rows.Count > 0);
    }
}
