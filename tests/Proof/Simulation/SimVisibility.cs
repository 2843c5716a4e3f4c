using System.Globalization;
using TaskMesh.Core.Ports;

namespace TaskMesh.Proof.Simulation;

/// <summary>What a function says about the visibility of its messages. A dead one says nothing, one that stands still says it later.</summary>
internal sealed class SimVisibility(SimQueue queue, SimProcess process) : IMessageVisibility
{
    public static ReceivedMessage Of(SimQueue queue, SimMessage message) =>
        new(queue.Name, message.Id, message.Receives.ToString(CultureInfo.InvariantCulture), message.Receives);

    public async Task ChangeAsync(IReadOnlyList<(ReceivedMessage Message, TimeSpan Visibility)> changes, CancellationToken cancellation)
    {
        await process.GateAsync(null);
        cancellation.ThrowIfCancellationRequested();
        foreach (var (message, visibility) in changes)
            queue.ChangeVisibility(message.Id, message.Receives, visibility);
    }
}
