using System.Net.NetworkInformation;
<<<<<<< Updated upstream
=======
using PacketDotNet;
>>>>>>> Stashed changes
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

<<<<<<< Updated upstream
/// <summary>Asks the link who has an address, for neighbours that the kernel has had no reason to ask for.</summary>
public static class NeighbourQuestion
=======
/// <summary>Asks the link who has an address (ARP, RFC 826), for neighbours that the kernel has had no reason to ask for.</summary>
public static class ArpQuestion
>>>>>>> Stashed changes
{
    private const int Questions = 3;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);
<<<<<<< Updated upstream
=======
    private static readonly PhysicalAddress Everyone = new([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    private static readonly PhysicalAddress Nobody = new(new byte[6]);
>>>>>>> Stashed changes

    /// <summary>The neighbour's hardware address, or null when nobody answers.</summary>
    public static PhysicalAddress? Ask(string interfaceName, Address neighbour, Address source, TimeProvider clock)
    {
<<<<<<< Updated upstream
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
=======
        using var link = new LinkCapture(interfaceName, $"arp src host {neighbour}");
        if (link.HardwareAddress is not { } own)
            return null;
        var frame = new EthernetPacket(own, Everyone, EthernetType.Arp)
        {
            PayloadPacket = new ArpPacket(ArpOperation.Request, Nobody, neighbour.ToIPAddress(), own, source.ToIPAddress()),
        }.Bytes;
        for (var question = 0; question < Questions; question++)
        {
            link.Send(frame);
            for (var asked = clock.GetTimestamp(); clock.GetElapsedTime(asked) < AnswerTime; link.Wait(AnswerTime - clock.GetElapsedTime(asked)))
            {
                while (link.TryReceive(out var answer))
                {
                    var packet = Packet.ParsePacket(LinkLayers.Ethernet, answer.ToArray());
                    if (packet.Extract<ArpPacket>() is { Operation: ArpOperation.Response } response)
                        return response.SenderHardwareAddress;
>>>>>>> Stashed changes
                }
            }
        }
        return null;
    }
}
