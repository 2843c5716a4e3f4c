using System.Collections.Concurrent;
using TaskMesh.Core.Ports;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

/// <summary>A budget that answers what it is told to, and remembers what it was asked.</summary>
internal sealed class PlayedBudget(Func<PacketGrant> answer) : IPacketBudget
{
    public ConcurrentQueue<PacketDemand> Asked { get; } = new();

    public int Released { get; private set; }

    public Task<PacketGrant> AskAsync(PacketDemand demand, CancellationToken cancellation)
    {
        Asked.Enqueue(demand);
        return Task.FromResult(answer());
    }

    public Task ReleaseAsync(CancellationToken cancellation)
    {
        Released++;
        return Task.CompletedTask;
    }
}
