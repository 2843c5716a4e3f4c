using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Carries out a batch inside one transaction, set by set: quarantine, control, new work, ended attempts, dispatch.</summary>
public sealed class BatchDecider(IntakeDesk intake, CompletionDesk completions)
{
    public async Task<Decided> DecideAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var control = new ControlStore(connection);
        var quarantine = batch.Where(message => message.Reason is not null).Select(message => (message, message.Reason!)).ToList();

        foreach (var message in batch)
        {
            if (message.Message is Control action && await control.RecordAsync(action, cancellation))
                await CarryOutAsync(connection, control, action.Action, cancellation);
        }
        var (newTasks, refused) = await intake.AcceptAsync(connection, batch, cancellation);
        var ended = await completions.AcceptAsync(connection, batch, cancellation);
        quarantine.AddRange(refused);
        quarantine.AddRange(ended.Unknown);
        if (quarantine.Count > 0)
        {
            await control.QuarantineAsync(
                [.. quarantine.Select(
                    entry => (entry.Item1.Envelope.Queue, entry.Item1.Envelope.MessageId, entry.Item1.Envelope.Body, entry.Item2))], cancellation);
        }
        var effects = await Dispatcher.DispatchAsync(connection, newTasks, ended.Freed, cancellation);
        return new Decided(effects with { WakeAfter = ended.WakeAfter }, ended.Touched);
    }

    private static async Task CarryOutAsync(NpgsqlConnection connection, ControlStore control, ControlAction action, CancellationToken cancellation)
    {
        switch (action)
        {
            case ControlAction.SetScope scope:
                await control.SetScopeAsync(scope.Organisation, scope.Scope, cancellation);
                break;
            case ControlAction.KillSwitch killSwitch:
                await control.SetKillSwitchAsync(killSwitch.On, cancellation);
                break;
            case ControlAction.Cancel cancel:
                await new ContainerStore(connection).CloseAsync([(cancel.Collection, TaskState.Cancelled, Early: true)], cancellation);
                break;
        }
    }
}
