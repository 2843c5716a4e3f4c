using System.Net.NetworkInformation;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Asks the link who has an address, for neighbours that the kernel has had no reason to ask for.</summary>
public static class NeighbourQuestion
{
    private const int Questions = 3;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);

    /// <summary>The neighbour's hardware address, or null when nobody answers.</summary>
    public static PhysicalAddress? Ask(string interfaceName, Address neighbour, Address source, TimeProvider clock)
    {
        using var link = new LinkCapture(interfaceName, neighbour.IsV6 ? NeighbourDiscovery.Filter(neighbour) : ArpMessage.Filter(neighbour));
        if (link.HardwareAddress is not { } own)
            return null;
        var question = neighbour.IsV6 ? NeighbourDiscovery.Solicitation(own, neighbour, source) : ArpMessage.Request(own, neighbour, source);
        for (var asked = 0; asked < Questions; asked++)
        {
            link.Send(question);
            for (var since = clock.GetTimestamp(); clock.GetElapsedTime(since) < AnswerTime; link.Wait(AnswerTime - clock.GetElapsedTime(since)))
            {
                while (link.TryReceive(out var answer))
                {
                    if ((neighbour.IsV6 ? NeighbourDiscovery.ReadAdvertisement(answer, neighbour) : ArpMessage.ReadResponse(answer)) is { } found)
                        return found;
                }
            }
        }
        return null;
    }
}
