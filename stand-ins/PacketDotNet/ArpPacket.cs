using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>An ARP packet for IPv4 over Ethernet (RFC 826).</summary>
public sealed class ArpPacket : Packet
{
    private const int PacketLength = 28;

    public ArpPacket(
        ArpOperation operation,
        PhysicalAddress targetHardwareAddress,
        IPAddress targetProtocolAddress,
        PhysicalAddress senderHardwareAddress,
        IPAddress senderProtocolAddress)
        : base(new(new byte[PacketLength]))
    {
        ReadOnlySpan<byte> ethernetAndIPv4 = [0, 1, 8, 0, 6, 4];
        ethernetAndIPv4.CopyTo(Header.Span);
        Operation = operation;
        SenderHardwareAddress = senderHardwareAddress;
        SenderProtocolAddress = senderProtocolAddress;
        TargetHardwareAddress = targetHardwareAddress;
        TargetProtocolAddress = targetProtocolAddress;
    }

    public ArpPacket(ByteArraySegment byteArraySegment)
        : base(byteArraySegment.Head(PacketLength) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment)))
    {
    }

    public ArpOperation Operation
    {
        get => (ArpOperation)BinaryPrimitives.ReadUInt16BigEndian(Header.Span[6..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[6..], (ushort)value);
    }

    public PhysicalAddress SenderHardwareAddress
    {
        get => new(Header.Span[8..14].ToArray());
        set => value.GetAddressBytes().CopyTo(Header.Span[8..]);
    }

    public IPAddress SenderProtocolAddress
    {
        get => new(Header.Span[14..18]);
        set => value.GetAddressBytes().CopyTo(Header.Span[14..]);
    }

    public PhysicalAddress TargetHardwareAddress
    {
        get => new(Header.Span[18..24].ToArray());
        set => value.GetAddressBytes().CopyTo(Header.Span[18..]);
    }

    public IPAddress TargetProtocolAddress
    {
        get => new(Header.Span[24..28]);
        set => value.GetAddressBytes().CopyTo(Header.Span[24..]);
    }

    internal static bool Fits(ByteArraySegment bytes) => bytes.Length >= PacketLength;
}
