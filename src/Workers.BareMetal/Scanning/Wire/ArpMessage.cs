using System.Net.NetworkInformation;
using PacketDotNet;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>The question for an IPv4 neighbour and its answer (ARP, RFC 826), as Ethernet frames.</summary>
internal static class ArpMessage
{
    private static readonly PhysicalAddress Everyone = new([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    private static readonly PhysicalAddress Nobody = new(new byte[6]);

    public static string Filter(Address neighbour) => $"arp src host {neighbour}";

    public static byte[] Request(PhysicalAddress own, Address neighbour, Address source) => new EthernetPacket(own, Everyone, EthernetType.Arp)
    {
        PayloadPacket = new ArpPacket(ArpOperation.Request, Nobody, neighbour.ToIPAddress(), own, source.ToIPAddress()),
    }.Bytes;

    public static PhysicalAddress? ReadResponse(ReadOnlySpan<byte> frame) =>
        Packet.ParsePacket(LinkLayers.Ethernet, frame.ToArray()).Extract<ArpPacket>() is { Operation: ArpOperation.Response } response
            ? response.SenderHardwareAddress
            : null;
}
