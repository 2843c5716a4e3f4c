using TaskMesh.Core.Ports;

namespace TaskMesh.Proof.Simulation;

/// <summary>Sends into the queues of the simulation; some entries are not taken, of some the answer is lost.</summary>
/// <param name="process">Null for a client: it does not die.</param>
/// <param name="waits">How a caller that is outside at the moment waits for the virtual clock.</param>
internal sealed class SimSender(SimWorld world, SimProcess? process, Func<Func<Task>, Task>? waits = null) : IMessageSender
{
    private static readonly SendAnswer Refused = new("ServiceUnavailable", SenderFault: false);
    private static readonly SendAnswer NoReply = new("the connection was lost", SenderFault: false);

    public async Task<IReadOnlyList<SendAnswer>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        await GateAsync();
        var answers = messages.Select(Send).ToArray();
        await GateAsync();
        return answers;
    }

    private SendAnswer Send(OutgoingMessage message)
    {
        var key = $"{message.Queue}/{process?.Name}/{message.Body.Length}";
        if (world.Faults.Hits(Fault.Refused, key))
            return Refused;
        world.Queues[message.Queue].Send(message.Body, message.Delay);
        return world.Faults.Hits(Fault.LostReply, key) ? NoReply : SendAnswer.Taken;
    }

    private Task GateAsync() => process is null ? Task.CompletedTask
        : waits is null ? process.GateAsync("send")
        : waits(() => process.GateAsync("send"));
}
