using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Does what transactions have decided: sends dispatched tasks to the queues of their pools, asks for workers, reminds itself of waits.
/// An outbox row is marked as sent only when the queue has accepted all its messages; the sweep sends the others again.
/// </summary>
public sealed class EffectPerformer(
    NpgsqlDataSource database, IMessageSender sender, TaskCatalogue catalogue, ManagerSettings settings, FleetLauncher fleet, ManagerLog log)
{
    /// <summary>SQS hides a message for at most 15 minutes; the minute's tick finds longer waits.</summary>
    private static readonly TimeSpan LongestReminder = TimeSpan.FromMinutes(15);

    public async Task PerformAsync(Effects effects, CancellationToken cancellation)
    {
        if (effects.Sends.Count > 0)
            await SendAsync(effects.Sends, cancellation);
        if (effects.WakeAfter is { } wait && wait < LongestReminder)
            await RemindAsync(wait, cancellation);
        if (effects.EnsureWorkers)
            await fleet.EnsureWorkersAsync(cancellation);
    }

    public async Task SendAsync(IReadOnlyList<(long Row, DispatchedTask Task)> sends, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var outputs = await OutputsAsync(new TaskStore(connection), sends.Select(send => send.Task), cancellation);
        var answers = await sender.SendAsync([.. sends.Select(send => MessageFor(send.Task, outputs))], cancellation);
        var unsent = sends.Zip(answers).Where(pair => !pair.Second.IsAccepted).ToArray();
        foreach (var ((row, task), answer) in unsent)
            log.SendFailed(task.Id, row, answer.Fault!);
        await new DispatchStore(connection).MarkSentAsync(
            [.. sends.Select(send => send.Row).Distinct().Except(unsent.Select(pair => pair.First.Row))], cancellation);
    }

    /// <summary>
    /// The attempt's message; where the input refers to nothing, or is too large for a queue, a report to ourselves instead that this attempt
    /// has failed: so a task that cannot be sent ends on the same path as one that failed at work.
    /// </summary>
    private OutgoingMessage MessageFor(DispatchedTask task, IReadOnlyDictionary<Guid, JsonElement> outputs)
    {
        if (!NeedsOutputs(task))
            return Checked(task, RunOf(task, task.Input, task.Sources));
        var (input, problem) = InputReferences.Resolve(
            task.Input, name => outputs.TryGetValue(task.Sources![name], out var output) ? output : (JsonElement?)null);
        return input is { } resolved ? Checked(task, RunOf(task, resolved, sources: null)) : Refusal(task, problem!);
    }

    private OutgoingMessage Checked(DispatchedTask task, RunTask run)
    {
        var body = JsonSerializer.Serialize(run, MessageJson.Default.RunTask);
        return body.Length > settings.LargestMessageBytes
            ? Refusal(task, $"input: {body.Length} bytes with its references resolved are more than a queue takes ({settings.LargestMessageBytes})")
            : new OutgoingMessage(settings.QueueOf(task.Pool), body);
    }

    private OutgoingMessage Refusal(DispatchedTask task, string problem)
    {
        var report = new CompleteTask(
            task.Id, task.Attempt, task.Nonce, new TaskOutcome.Failed(ErrorClass.Fatal, problem))
        { TraceId = task.TraceId };
        return new(settings.ManagerQueue, JsonSerializer.Serialize<ManagerMessage>(report, MessageJson.Default.ManagerMessage));
    }

    private static RunTask RunOf(DispatchedTask task, JsonElement input, IReadOnlyDictionary<string, Guid>? sources) => new(
        task.Id,
        task.Attempt,
        task.Nonce,
        task.Kind,
        input,
        task.Collection,
        task.Organisation,
        task.Deadline,
        task.Scope,
        sources,
        task.Checkpoint,
        task.TraceId);

    /// <summary>Kinds without data access get their input complete; the others read the outputs themselves.</summary>
    private bool NeedsOutputs(DispatchedTask task) =>
        task.Sources is not null && catalogue.Find(task.Kind)?.Requirements.HasFlag(WorkerRequirements.TaskDataAccess) != true;

    private async Task<IReadOnlyDictionary<Guid, JsonElement>> OutputsAsync(
        TaskStore store, IEnumerable<DispatchedTask> tasks, CancellationToken cancellation)
    {
        var sources = tasks.Where(NeedsOutputs).SelectMany(task => task.Sources!.Values).Distinct().ToArray();
        return sources.Length == 0 ? new Dictionary<Guid, JsonElement>() : await store.OutputsAsync(sources, cancellation);
    }

    private async Task RemindAsync(TimeSpan wait, CancellationToken cancellation)
    {
        var body = JsonSerializer.Serialize<ManagerMessage>(new Tick(Sweep.Waits), MessageJson.Default.ManagerMessage);
        await sender.SendAsync([new OutgoingMessage(settings.ManagerQueue, body, wait)], cancellation);
    }
}
