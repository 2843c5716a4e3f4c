using System.Text.Json;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>What people tell about schedules, and how a schedule's run becomes a submission.</summary>
public sealed class ScheduleDesk(CollectionPlanner planner)
{
    /// <summary>A run as a message, which the intake treats like any other.</summary>
    public static ReadMessage Submission(Schedule schedule, string organisation, Guid id, ManagerMessage? submit = null)
    {
        ManagerMessage message = (submit ?? schedule.Submit) switch
        {
            CreateCollection collection => collection with { Id = id, Organisation = organisation, Name = collection.Name ?? schedule.Name },
            CreateTask task => task with { Id = id, Organisation = organisation, Name = task.Name ?? schedule.Name },
            var other => throw new System.Diagnostics.UnreachableException($"{other.GetType()}"),
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.ManagerMessage);
        return new ReadMessage(new Envelope("schedule", $"{id}", default, body), message, null);
    }

    /// <returns>Why it cannot be; null if it was set.</returns>
    public async Task<string?> SetAsync(NpgsqlConnection connection, Schedule schedule, CancellationToken cancellation)
    {
        var store = new ScheduleStore(connection);
        var (known, now) = await store.OrganisationsAsync(cancellation);
        if (schedule.Problems().Concat(SubmissionProblems(schedule, now)).FirstOrDefault() is { } problem)
            return problem;
        if (schedule.Organisations?.Except(known).FirstOrDefault() is { } unknown)
            return $"organisations: there is no '{unknown}'";
        var paused = await store.SetAsync(schedule, cancellation);
        await SetTurnsAsync(store, schedule, schedule.On is not null ? [] : schedule.Organisations ?? known, now, cancellation);
        if (paused)
            await store.PauseAsync(schedule.Name, paused, cancellation);
        return null;
    }

    public static async Task<string?> PauseAsync(NpgsqlConnection connection, string name, bool paused, CancellationToken cancellation)
    {
        var store = new ScheduleStore(connection);
        if (await store.FindAsync(name, cancellation) is not { } schedule)
            return Unknown(name);
        await store.PauseAsync(name, paused, cancellation);
        if (paused || schedule.On is not null)
            return null;
        var (known, now) = await store.OrganisationsAsync(cancellation);
        await SetTurnsAsync(store, schedule, schedule.Organisations ?? known, now, cancellation);
        return null;
    }

    public static async Task<string?> RemoveAsync(NpgsqlConnection connection, string name, bool cancelsRuns, CancellationToken cancellation)
    {
        if (await new ScheduleStore(connection).RemoveAsync(name, cancellation) is not { } runs)
            return Unknown(name);
        if (cancelsRuns && runs.Count > 0)
            await new ContainerStore(connection).CloseAsync([.. runs.Select(run => (run, TaskState.Cancelled, Early: true))], cancellation);
        return null;
    }

    /// <summary>Starts it at once, whatever its rhythm says, which does not shift.</summary>
    /// <param name="organisation">Null for all that it is for.</param>
    public static async Task<string?> RunAsync(
        NpgsqlConnection connection, string name, string? organisation, Guid control, Steered steered, CancellationToken cancellation)
    {
        var store = new ScheduleStore(connection);
        if (await store.FindAsync(name, cancellation) is not { } schedule)
            return Unknown(name);
        if (schedule.On is not null)
            return $"name: '{name}' runs when something changes, and by hand nothing has";
        var (known, now) = await store.OrganisationsAsync(cancellation);
        var mine = schedule.Organisations ?? known;
        if (organisation is not null && !mine.Contains(organisation))
            return $"organisation: '{name}' is not for '{organisation}'";
        foreach (var one in organisation is null ? mine : [organisation])
        {
            var id = ControlAction.RunSchedule.IdOf(control, name, one);
            steered.Replayed.Add(Submission(schedule, one, id));
            await store.AdvanceAsync(name, one, null, null, id, 0, cancellation);
            await store.RecordAsync(name, one, now, "by-hand", id, null, cancellation);
        }
        return null;
    }

    private static async Task SetTurnsAsync(
        ScheduleStore store, Schedule schedule, IEnumerable<string> organisations, DateTimeOffset now, CancellationToken cancellation)
    {
        var last = await store.LastTimesAsync(schedule.Name, cancellation);
        await store.SetTurnsAsync(
            schedule.Name,
            [.. from organisation in organisations
                let due = First(schedule, last.TryGetValue(organisation, out var time) ? time : null, now)
                select (organisation, due, ScheduleRules.At(schedule, organisation, due))],
            cancellation);
    }

    /// <summary>An interval counts from the last run; without one, and when it is over, it runs at once.</summary>
    public static DateTimeOffset First(Schedule schedule, DateTimeOffset? last, DateTimeOffset now) => schedule.Every is { } every
        ? last + every is { } due && due > now ? due : now
        : schedule.Next(now, now) ?? DateTimeOffset.MaxValue;

    /// <summary>What every run would be refused for. The scope is another matter: it is asked at each run.</summary>
    private IEnumerable<string> SubmissionProblems(Schedule schedule, DateTimeOffset now)
    {
        if (schedule.On is not null)
            return [];
        var id = DerivedId.OfMessage(schedule.Name, now);
        var (_, refusal) = Submission(schedule, CreateCollection.DefaultOrganisation, id).Message switch
        {
            CreateTask task => planner.Plan(task, null, now),
            CreateCollection collection => planner.Plan(collection, null, now),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return refusal is { Cause: RefusalCause.Input } ? refusal.Problems.Select(problem => $"submit: {problem}") : [];
    }

    private static string Unknown(string name) => $"name: there is no schedule '{name}'";
}
