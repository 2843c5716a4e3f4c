using System.Globalization;
using TaskMesh.Core.Ports;

namespace TaskMesh.Proof.Simulation;

/// <summary>A queue of the simulation as a polling worker sees it.</summary>
internal sealed class SimTaskQueue(SimWorld world, SimQueue queue, SimProcess process) : ITaskQueue
{
    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(int count, TimeSpan wait, TimeSpan visibility, CancellationToken cancellation)
    {
        await process.GateAsync("receive");
        var end = world.Clock.GetUtcNow() + wait;
        while (true)
        {
            var taken = queue.Take(count, visibility);
            if (taken.Count > 0 || world.Clock.GetUtcNow() >= end)
                return [.. taken.Select(Of)];
            var next = queue.Next is { } due && due < end ? due : end;
            await Task.WhenAny(queue.Arrival, world.DelayUntilAsync(next, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public async Task ChangeVisibilityAsync(QueueMessage message, TimeSpan visibility, CancellationToken cancellation)
    {
        await process.GateAsync("extend");
        queue.ChangeVisibility(message.Id, ReceiptOf(message), visibility);
    }

    public async Task DeleteAsync(QueueMessage message, CancellationToken cancellation)
    {
        await process.GateAsync("delete");
        queue.Delete(message.Id, ReceiptOf(message));
        await process.GateAsync("delete");
    }

    public static QueueMessage Of(SimMessage message) =>
        new(message.Id, message.Receives.ToString(CultureInfo.InvariantCulture), message.Body);

    private static int ReceiptOf(QueueMessage message) => int.Parse(message.Receipt, CultureInfo.InvariantCulture);
}
