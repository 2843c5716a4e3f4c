using System.Text.Json;
using Npgsql;
using TaskMesh.Core;
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
    NpgsqlDataSource database,
    IMessageSender sender,
    IObjectStore? objects,
    ReferenceResolver references,
    TaskCatalogue catalogue,
    ManagerSettings settings,
    FleetLauncher fleet,
    ManagerLog log)
{
    /// <summary>SQS hides a message for at most 15 minutes; the minute's tick finds longer waits.</summary>
    public static readonly TimeSpan LongestReminder = TimeSpan.FromMinutes(15);

    private static readonly JsonElement NoInput = JsonElement.Parse("{}");

    public async Task PerformAsync(Effects effects, CancellationToken cancellation)
    {
        if (effects.Sends.Count > 0)
            await SendAsync(effects.Sends, cancellation);
        if (effects.WakeAfter is { } wait && wait < LongestReminder)
            await RemindAsync(Sweep.Waits, wait, cancellation);
        if (effects.EnsureWorkers)
            await EnsureWorkersAsync(cancellation);
    }

    public async Task EnsureWorkersAsync(CancellationToken cancellation) =>
        await ComeBackAsync(await fleet.EnsureWorkersAsync(cancellation), cancellation);

    /// <summary>Looks after the fleet before the minute's tick does.</summary>
    public async Task ComeBackAsync(TimeSpan? after, CancellationToken cancellation)
    {
        if (after is { } wait)
            await RemindAsync(Sweep.Minute, wait, cancellation);
    }

    public async Task SendAsync(IReadOnlyList<(long Row, DispatchedTask Task)> sends, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var outputs = await OutputsAsync(new TaskStore(connection), sends.Select(send => send.Task), cancellation);
        var messages = new List<OutgoingMessage>(sends.Count);
        var ready = new List<(long Row, DispatchedTask Task)>(sends.Count);
        foreach (var send in sends)
        {
            try
            {
                messages.Add(await MessageForAsync(send.Task, outputs, cancellation));
                ready.Add(send);
            }
            catch (InfrastructureException e)
            {
                log.SendFailed(send.Task.Id, send.Row, e.Message);
            }
        }
        var answers = await sender.SendAsync(messages, cancellation);
        var refused = ready.Zip(answers).Where(pair => !pair.Second.IsAccepted).ToArray();
        foreach (var ((row, task), answer) in refused)
            log.SendFailed(task.Id, row, answer.Fault!);
        var unsent = refused.Select(pair => pair.First).Concat(sends.Except(ready)).Select(send => send.Row);
        await new DispatchStore(connection).MarkSentAsync(
            [.. sends.Select(send => send.Row).Distinct().Except(unsent)], cancellation);
    }

    /// <summary>
    /// The attempt's message; where the input refers to nothing, a report to ourselves instead that this attempt has failed: so a task that
    /// cannot be sent ends on the same path as one that failed at work. An input that is too large for a queue goes by reference.
    /// </summary>
    private async Task<OutgoingMessage> MessageForAsync(
        DispatchedTask task, IReadOnlyDictionary<Guid, StoredOutput> outputs, CancellationToken cancellation)
    {
        if (!NeedsOutputs(task))
            return await FittingAsync(task, RunOf(task, task.Input, task.Sources), cancellation);
        var (input, problem) = await references.ResolveAsync(task.Input, task.Sources!, outputs, cancellation);
        return input is { } resolved
            ? await FittingAsync(task, RunOf(task, resolved, sources: null), cancellation)
            : Refusal(task, problem!);
    }

    private async Task<OutgoingMessage> FittingAsync(DispatchedTask task, RunTask run, CancellationToken cancellation)
    {
        var body = JsonSerializer.Serialize(run, MessageJson.Default.RunTask);
        if (body.Length > settings.LargestMessageBytes && objects is not null)
        {
            var input = JsonSerializer.SerializeToUtf8Bytes(run.Input, MessageJson.Default.JsonElement);
            var at = await objects.PutAsync(ObjectReference.InputFolder(task.Id, task.Attempt), input, cancellation);
            body = JsonSerializer.Serialize(run with { Input = NoInput, InputAt = at }, MessageJson.Default.RunTask);
        }
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
        task.TraceId,
        RunTimeout: task.RunTimeout);

    /// <summary>Kinds without data access get their input complete; the others read the outputs themselves.</summary>
    private bool NeedsOutputs(DispatchedTask task) =>
        task.Sources is not null && catalogue.Find(task.Kind)?.Requirements.HasFlag(WorkerRequirements.TaskDataAccess) != true;

    private async Task<IReadOnlyDictionary<Guid, StoredOutput>> OutputsAsync(
        TaskStore store, IEnumerable<DispatchedTask> tasks, CancellationToken cancellation)
    {
        var sources = tasks.Where(NeedsOutputs).SelectMany(task => task.Sources!.Values).Distinct().ToArray();
        return sources.Length == 0 ? new Dictionary<Guid, StoredOutput>() : await store.OutputsAsync(sources, cancellation);
    }

    private async Task RemindAsync(Sweep sweep, TimeSpan wait, CancellationToken cancellation)
    {
        var body = JsonSerializer.Serialize<ManagerMessage>(new Tick(sweep), MessageJson.Default.ManagerMessage);
        await sender.SendAsync([new OutgoingMessage(settings.ManagerQueue, body, wait)], cancellation);
    }
}
