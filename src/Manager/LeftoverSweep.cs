using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Cleans up behind tasks that were cancelled, ran out of time or failed, with the kind that theirs names for it. Once for each task, since the
/// clean-up's id follows from the task's.
/// </summary>
public sealed class LeftoverSweep(UnitOfWork work, IntakeDesk intake, TaskCatalogue catalogue)
{
    public Task RunAsync(CancellationToken cancellation) => work.RunAsync(
        async connection => new Decided(await CleanUpAsync(connection, cancellation), []), cancellation);

    private async Task<Effects> CleanUpAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        ReadMessage[] messages =
        [
            .. from leftover in await new LeftoverStore(connection).TakeAsync(Dispatcher.ExternalLease, cancellation)
               where leftover.State != TaskState.Succeeded && catalogue.Find(leftover.Kind)?.CleanUp is not null
               select MessageFor(leftover),
        ];
        if (messages.Length == 0)
            return Effects.None;
        var (tasks, _) = await intake.AcceptAsync(connection, messages, cancellation);
        return await Dispatcher.DispatchAsync(connection, tasks, new Dictionary<string, int>(), cancellation);
    }

    private ReadMessage MessageFor(Leftover leftover)
    {
        var task = new CreateTask(
            catalogue.Find(leftover.Kind)!.CleanUp!,
            JsonElement.Parse(new JsonObject { ["task"] = leftover.Task }.ToJsonString()),
            Organisation: leftover.Organisation,
            Labels: leftover.Labels)
        {
            Id = DerivedId.OfPart(leftover.Task, "clean-up"),
        };
        var body = JsonSerializer.SerializeToUtf8Bytes<ManagerMessage>(task, MessageJson.Default.ManagerMessage);
        return new ReadMessage(new Envelope("clean-up", $"{task.Id}", default, body), task, null);
    }
}
