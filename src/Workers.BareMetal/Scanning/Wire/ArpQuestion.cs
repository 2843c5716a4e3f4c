using System.Net.NetworkInformation;
using PacketDotNet;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Asks the link who has an address (ARP, RFC 826), for neighbours that the kernel has had no reason to ask for.</summary>
public static class ArpQuestion
{
    private const int Questions = 3;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);
    private static readonly PhysicalAddress Everyone = new([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    private static readonly PhysicalAddress Nobody = new(new byte[6]);

    /// <summary>The neighbour's hardware address, or null when nobody answers.</summary>
    public static PhysicalAddress? Ask(string interfaceName, Address neighbour, Address source, TimeProvider clock)
    {
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
                }
            }
        }
        return null;
    }
}
