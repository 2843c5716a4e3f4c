using System.Globalization;
using System.Text.Json;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>What people tell the mesh: each message is carried out once and kept in the audit trail; so is why one cannot be.</summary>
public sealed class ControlDesk(ReferenceResolver references, ScheduleDesk schedules, Random random)
{
    /// <summary>More than a transaction should hold; the command line asks in parts.</summary>
    public const int MostReplays = 1_000;

    private const int MostSlots = 1_000_000;

    public async Task<Steered> AcceptAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var steered = new Steered();
        foreach (var message in batch)
        {
            var store = new ControlStore(connection);
            if (message.Message is not Control control || !await store.RecordAsync(control, cancellation))
                continue;
            if (await CarryOutAsync(connection, control, steered, cancellation) is { } problem)
                await store.RefuseAsync(control.Id, problem, cancellation);
        }
        return steered;
    }

    /// <returns>Why it cannot be done; null if it was.</returns>
    private async Task<string?> CarryOutAsync(NpgsqlConnection connection, Control control, Steered steered, CancellationToken cancellation)
    {
        var (store, holds) = (new ControlStore(connection), new HoldStore(connection));
        switch (control.Action)
        {
            case ControlAction.Cancel cancel:
                return await CancelAsync(connection, cancel.Target, $"cancelled by {control.Who}: {control.Why}", steered, cancellation);
            case ControlAction.Pause pause:
                return await holds.PauseAsync(pause.What, pause.Name, control.Who, control.Why, cancellation)
                    ? null : $"name: there is no {NameOf(pause.What)} '{pause.Name}'";
            case ControlAction.Resume resume:
                if (!await holds.ResumeAsync(resume.What, resume.Name, cancellation))
                    return $"name: {NameOf(resume.What)} '{resume.Name}' is not paused";
                steered.Ask(await store.PoolsAsync(cancellation));
                return null;
            case ControlAction.SetScope { Organisation: var name } when !CreateCollection.IsOrganisation(name):
                return $"organisation: '{name}' is not 1 to 63 of a-z, 0-9 and '-', a letter or digit first";
            case ControlAction.SetScope scope when scope.Scope.Problems().FirstOrDefault() is { } fault:
                return $"scope: {fault}";
            case ControlAction.SetScope scope:
                await store.SetScopeAsync(scope.Organisation, scope.Scope, cancellation);
                return null;
            case ControlAction.SetScanWindows windows:
                if (windows.Windows.SelectMany(window => window.Problems()).FirstOrDefault() is { } problem)
                    return $"windows: {problem}";
                if (!await holds.SetWindowsAsync(windows.Organisation, windows.Windows, cancellation))
                    return $"organisation: there is no '{windows.Organisation}'";
                await HoldSweep.KeepCalendarAsync(holds, cancellation);
                return null;
            case ControlAction.KillSwitch killSwitch:
                await store.SetKillSwitchAsync(killSwitch.On, cancellation);
                if (!killSwitch.On)
                    steered.Ask(await store.PoolsAsync(cancellation));
                return null;
            case ControlAction.SetPool { Slots: < 0 or > MostSlots } pool:
                return $"slots: {pool.Slots} is not from 0 to {MostSlots}";
            case ControlAction.SetPool { PacketsPerSecond: < 0 or > OrganisationLimits.HighestPacketRate } pool:
                return $"packetsPerSecond: {pool.PacketsPerSecond} is not from 0 to {OrganisationLimits.HighestPacketRate}";
            case ControlAction.SetPool pool:
                if (await new PoolStore(connection).SetPoolAsync(pool.Pool, pool.Slots, pool.PacketsPerSecond, cancellation) == 0)
                    return $"pool: there is no '{pool.Pool}'";
                steered.Ask([pool.Pool]);
                return null;
            case ControlAction.SetLimits { MostWaiting: < 0 or > Generated.MostChildren } limits:
                return $"mostWaiting: {limits.MostWaiting} is not from 0 to {Generated.MostChildren}";
            case ControlAction.SetLimits { MostTasks: < 1 or > Generated.MostChildren } limits:
                return $"mostTasks: {limits.MostTasks} is not from 1 to {Generated.MostChildren}";
            case ControlAction.SetLimits { PacketsPerSecond: < 1 or > OrganisationLimits.HighestPacketRate } limits:
                return $"packetsPerSecond: {limits.PacketsPerSecond} is not from 1 to {OrganisationLimits.HighestPacketRate}";
            case ControlAction.SetLimits { RescanInterval: { } rescan }
                when rescan <= TimeSpan.Zero || rescan > OrganisationLimits.LongestRescanInterval:
                return $"rescanInterval: {Duration.Write(rescan)} is not up to {Duration.Write(OrganisationLimits.LongestRescanInterval)}";
            case ControlAction.SetLimits set:
                var limited = new OrganisationLimits(set.MostWaiting, set.MostTasks, set.PacketsPerSecond, set.RescanInterval);
                return await store.SetLimitsAsync(set.Organisation, limited, cancellation)
                    ? null : $"organisation: there is no '{set.Organisation}'";
            case ControlAction.SetNetworkRate { PacketsPerSecond: < 1 or > OrganisationLimits.HighestPacketRate } network:
                return $"packetsPerSecond: {network.PacketsPerSecond} is not from 1 to {OrganisationLimits.HighestPacketRate}";
            case ControlAction.SetNetworkRate network:
                await store.SetNetworkRateAsync(network.PacketsPerSecond, cancellation);
                return null;
            case ControlAction.SetSchedule set:
                return await schedules.SetAsync(connection, set.Schedule, cancellation);
            case ControlAction.PauseSchedule pause:
                return await ScheduleDesk.PauseAsync(connection, pause.Name, pause.Paused, cancellation);
            case ControlAction.RemoveSchedule remove:
                return await ScheduleDesk.RemoveAsync(connection, remove.Name, remove.CancelRuns, cancellation);
            case ControlAction.RunSchedule run:
                return await ScheduleDesk.RunAsync(connection, run.Name, run.Organisation, control.Id, steered, cancellation);
            case ControlAction.Replay replay:
                return await ReplayAsync(connection, replay, steered, cancellation);
            case ControlAction.RunAgain again:
                return await RunAgainAsync(connection, again, steered, cancellation);
            default:
                return $"action: {control.Action.GetType().Name} is not known here";
        }
    }

    private static string NameOf(PauseTarget what) => what.ToString().ToLowerInvariant();

    /// <summary>A container is marked, and everything below refuses its work from the commit on; a task alone is moved.</summary>
    private async Task<string?> CancelAsync(
        NpgsqlConnection connection, Guid target, string reason, Steered steered, CancellationToken cancellation)
    {
        var store = new ControlStore(connection);
        if (await store.TargetAsync(target, cancellation) is not { } found)
            return $"target: there is no collection, container or task {target}";
        var cancelled = found.IsContainer
            ? await CloseAsync(connection, target, cancellation)
            : await EndAsync(store, target, reason, steered, cancellation);
        if (cancelled && found.Parent is { } parent)
            await CountAsync(connection, target, parent, steered, cancellation);
        return null;
    }

    private static async Task<bool> CloseAsync(NpgsqlConnection connection, Guid container, CancellationToken cancellation)
    {
        await new ControlStore(connection).OpenAsync(container, cancellation);
        return (await new ContainerStore(connection).CloseAsync([(container, TaskState.Cancelled, Early: true)], cancellation)).Count > 0;
    }

    private static async Task<bool> EndAsync(ControlStore store, Guid task, string reason, Steered steered, CancellationToken cancellation)
    {
        if (await store.CancelTaskAsync(task, reason, cancellation) is not { } cancelled)
            return false;
        if (cancelled.Pool is { } pool)
            steered.Free(pool);
        return true;
    }

    private async Task CountAsync(NpgsqlConnection connection, Guid child, Guid container, Steered steered, CancellationToken cancellation)
    {
        var tally = new Dictionary<Guid, Tally> { [container] = Tally.Of(TaskState.Cancelled) };
        await new ContainerStore(connection).AddProgressAsync((short)random.Next(ContainerStore.ProgressShards), tally, cancellation);
        if (!await new ControlStore(connection).UseTurnAsync(child, container, cancellation))
        {
            var released = await new ReleaseStore(connection).ReleaseAsync(tally, cancellation);
            steered.Ask(released.Pools);
            steered.Touched.UnionWith(released.MayBeComplete);
        }
        steered.Touched.UnionWith(await new GeneratorStore(connection).EndAsync([child], cancellation));
        steered.Touched.Add(container);
    }

    /// <summary>
    /// Turns what failed into submissions of this batch: they pass the same checks as new ones, today's scope among them. References are resolved
    /// now, since a new collection cannot see the old one's results.
    /// </summary>
    private async Task<string?> ReplayAsync(
        NpgsqlConnection connection, ControlAction.Replay replay, Steered steered, CancellationToken cancellation)
    {
        if (replay.Number < 1)
            return $"number: {replay.Number} is below 1";
        if (replay.Tasks.Count + replay.Messages.Count > MostReplays)
            return $"tasks: {replay.Tasks.Count + replay.Messages.Count} are more than {MostReplays} at a time";
        var store = new DeadLetterStore(connection);
        var letters = await store.ReplayTasksAsync(replay.Tasks, replay.Number, cancellation);
        var sources = letters.SelectMany(letter => letter.Message.Sources?.Values ?? []).Distinct().ToArray();
        var outputs = sources.Length == 0
            ? new Dictionary<Guid, StoredOutput>() : await new TaskStore(connection).OutputsAsync(sources, cancellation);
        foreach (var letter in letters)
        {
            var id = DerivedId.OfPart(letter.Task, string.Create(CultureInfo.InvariantCulture, $"replay/{replay.Number}"));
            var (input, problem) = letter.Message.Sources is not { } names
                ? (letter.Message.Input, null) : await references.ResolveAsync(letter.Message.Input, names, outputs, cancellation);
            var submission = Submission(letter, id, input ?? letter.Message.Input);
            var body = JsonSerializer.SerializeToUtf8Bytes<ManagerMessage>(submission, MessageJson.Default.ManagerMessage);
            steered.Replayed.Add(new ReadMessage(new Envelope("replay", $"{id}", default, body), problem is null ? submission : null, problem));
            steered.ReplayOf.Add((id, letter.Task));
        }
        foreach (var (queue, messageId, at, body) in await store.ReplayMessagesAsync(replay.Messages, replay.Number, cancellation))
            steered.Replayed.Add(ReadMessage.From(new Envelope(queue, messageId, at, body)));
        return null;
    }

    private static async Task<string?> RunAgainAsync(
        NpgsqlConnection connection, ControlAction.RunAgain again, Steered steered, CancellationToken cancellation)
    {
        if (again.Number < 1)
            return $"number: {again.Number} is below 1";
        if (await new DeadLetterStore(connection).SubmissionAsync(again.Collection, cancellation) is not { } past)
            return $"collection: there is no {again.Collection}";
        if (!past.HasEnded)
            return $"collection: {again.Collection} has not ended; cancel it first";
        var id = ControlAction.RunAgain.IdOf(again.Collection, again.Number);
        ManagerMessage submission = past.Body is { } message
            ? MessageReader.Read(message, id, out _)! with { Id = id, TraceId = null }
            : Submission(past.Task!, id, past.Task!.Message.Input);
        var body = JsonSerializer.SerializeToUtf8Bytes(submission, MessageJson.Default.ManagerMessage);
        steered.Replayed.Add(new ReadMessage(new Envelope("replay", $"{id}", default, body), submission, null));
        steered.ReplayOf.Add((id, again.Collection));
        return null;
    }

    private static CreateTask Submission(DeadLetter letter, Guid id, JsonElement input) => new(
        letter.Kind,
        input,
        letter.Message.Name,
        letter.Organisation,
        letter.Priority,
        letter.Deadline,
        letter.Message.Labels,
        // The first is the organisation's, which is taken as it is today.
        letter.Scope.Count > 1 ? letter.Scope[^1] : null,
        letter.Message.Timeouts)
    {
        Id = id,
    };
}
