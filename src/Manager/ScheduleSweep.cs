using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Starts what is due: runs whose time has come, and runs for changes. What a run makes has an id that follows from its time or its change.
/// </summary>
public sealed class ScheduleSweep(UnitOfWork work, IntakeDesk intake)
{
    private const int MostRounds = 20;

    /// <param name="whole">Whether organisations that are new get their turns too.</param>
    public async Task RunAsync(bool whole, CancellationToken cancellation)
    {
        if (whole)
            await work.RunAsync(connection => KeepTurnsAsync(new ScheduleStore(connection), cancellation), cancellation);
        await RepeatAsync(connection => StartDueAsync(connection, cancellation), ScheduleStore.DueLimit, cancellation);
        await RepeatAsync(connection => FollowChangesAsync(connection, cancellation), ChangeFeed.ReadLimit, cancellation);
    }

    private static async Task<Decided> KeepTurnsAsync(ScheduleStore store, CancellationToken cancellation)
    {
        foreach (var (organisation, schedule, now) in await store.WithoutTurnAsync(cancellation))
        {
            var due = ScheduleDesk.First(schedule, null, now);
            await store.AddTurnAsync(schedule.Name, organisation, due, ScheduleRules.At(schedule, organisation, due), cancellation);
        }
        await store.ForgetAsync(cancellation);
        return Decided.Nothing;
    }

    private async Task<(int Count, Effects Effects)> StartDueAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var store = new ScheduleStore(connection);
        var due = await store.DueAsync(cancellation);
        var runs = new List<ScheduledRun>();
        foreach (var turn in due)
        {
            if (await MoveAsync(connection, store, turn, cancellation) is { } run)
                runs.Add(run);
        }
        return (due.Count, await SubmitAsync(connection, runs, cancellation));
    }

    private static async Task<ScheduledRun?> MoveAsync(NpgsqlConnection connection, ScheduleStore store, DueTurn due, CancellationToken cancellation)
    {
        var (name, organisation) = (due.Schedule.Name, due.Turn.Organisation);
        switch (ScheduleRules.Decide(due.Schedule, due.Turn, due.Now))
        {
            case ScheduleMove.Skip skip:
                await store.AdvanceAsync(name, organisation, skip.Next, skip.LookAt, null, 0, cancellation);
                await RecordAsync("skipped", $"{due.LastCollection} has not ended");
                return null;
            case ScheduleMove.Queue queue:
                await store.AdvanceAsync(name, organisation, null, queue.LookAt, null, 0, cancellation);
                if (!due.Turn.Noted)
                    await RecordAsync("queued", $"until {due.LastCollection} has ended");
                return null;
            case ScheduleMove.CoolDown cool:
                await store.AdvanceAsync(name, organisation, null, cool.LookAt, null, 0, cancellation);
                if (!due.Turn.Noted)
                    await RecordAsync("cooling", string.Create(CultureInfo.InvariantCulture, $"{due.Turn.Failures} failed one after the other"));
                return null;
            case ScheduleMove.Start start:
                if (start.CancelsOld)
                    await new ContainerStore(connection).CloseAsync([(due.LastCollection!.Value, TaskState.Cancelled, Early: true)], cancellation);
                var id = DerivedId.OfOccurrence(start.For, $"schedule/{name}/{organisation}");
                await store.AdvanceAsync(name, organisation, start.Next, start.LookAt, id, start.Missed, cancellation);
                if (start.Missed > 0)
                    await RecordAsync("missed", string.Create(CultureInfo.InvariantCulture, $"{start.Missed} times, made up for by one run"));
                return new ScheduledRun(due.Schedule, organisation, start.For, id, ScheduleDesk.Submission(due.Schedule, organisation, id));
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        Task RecordAsync(string outcome, string reason) => store.RecordAsync(name, organisation, due.Turn.Due, outcome, null, reason, cancellation);
    }

    private async Task<(int Count, Effects Effects)> FollowChangesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var feed = new ChangeFeed(connection);
        var most = 0;
        var runs = new List<ScheduledRun>();
        foreach (var schedule in await feed.SchedulesAsync(cancellation))
        {
            var changes = await feed.ReadAsync(schedule.Name, cancellation);
            most = Math.Max(most, changes.Count);
            runs.AddRange(changes
                .Where(change => schedule.Trigger == (change.Model, change.Change) && schedule.Organisations?.Contains(change.Organisation) != false)
                .Select(change => RunFor(schedule, change)));
        }
        return (most, await SubmitAsync(connection, runs, cancellation));
    }

    private static ScheduledRun RunFor(Schedule schedule, ReconChange change)
    {
        var id = DerivedId.OfOccurrence(change.At, string.Create(CultureInfo.InvariantCulture, $"change/{schedule.Name}/{change.Id}"));
        var (filled, problem) = ChangeTemplate.Fill(
            JsonSerializer.SerializeToElement(schedule.Submit, MessageJson.Default.ManagerMessage),
            JsonSerializer.SerializeToElement(change, ChangeJson.Default.ReconChange));
        var message = filled is null ? null : MessageReader.Read(Encoding.UTF8.GetBytes(filled.Value.GetRawText()), id, out problem);
        return new ScheduledRun(
            schedule, change.Organisation, change.At, id, message is null
                ? ScheduleDesk.Submission(schedule, change.Organisation, id) with { Message = null, Reason = problem }
                : ScheduleDesk.Submission(schedule, change.Organisation, id, message));
    }

    /// <summary>Submits the runs, and writes down what became of each.</summary>
    private async Task<Effects> SubmitAsync(NpgsqlConnection connection, List<ScheduledRun> runs, CancellationToken cancellation)
    {
        if (runs.Count == 0)
            return Effects.None;
        var (tasks, refused) = await intake.AcceptAsync(connection, [.. runs.Select(run => run.Message)], cancellation);
        var reasons = refused.ToDictionary(refusal => refusal.Item1.Envelope.MessageId, refusal => refusal.Item2);
        var store = new ScheduleStore(connection);
        foreach (var run in runs)
        {
            var reason = run.Message.Reason ?? reasons.GetValueOrDefault(run.Message.Envelope.MessageId);
            await store.RecordAsync(
                run.Schedule.Name, run.Organisation, run.For, reason is null ? "started" : "refused", run.Id, reason, cancellation);
        }
        return await Dispatcher.DispatchAsync(connection, tasks, new Dictionary<string, int>(), cancellation);
    }

    private async Task RepeatAsync(
        Func<NpgsqlConnection, Task<(int Count, Effects Effects)>> step, int limit, CancellationToken cancellation)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var count = 0;
            await work.RunAsync(
                async connection =>
                {
                    (count, var effects) = await step(connection);
                    return new Decided(effects, []);
                },
                cancellation);
            if (count < limit)
                return;
        }
    }

    private sealed record ScheduledRun(Schedule Schedule, string Organisation, DateTimeOffset For, Guid Id, ReadMessage Message);
}
