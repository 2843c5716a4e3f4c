using System.Net.NetworkInformation;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>What stands before a packet on Ethernet (RFC 894, RFC 2464): the neighbour that takes it, us, and the family.</summary>
/// <param name="neighbourV4">Takes IPv4 packets; null when there are none.</param>
/// <param name="neighbourV6">Takes IPv6 packets; null when there are none.</param>
public sealed class EthernetHeader(PhysicalAddress? own, PhysicalAddress? neighbourV4, PhysicalAddress? neighbourV6)
{
    public const int Length = 14;

    /// <summary>The smallest frame without its check sequence; shorter packets are padded.</summary>
    public const int SmallestFrame = 60;

    private readonly byte[] _v4 = Header(own, neighbourV4, 0x0800);
    private readonly byte[] _v6 = Header(own, neighbourV6, 0x86DD);

    /// <summary>How long the frame of a packet is.</summary>
    public static int FrameLength(int packetLength) => Math.Max(Length + packetLength, SmallestFrame);

    /// <summary>Writes the header before a packet that is there already.</summary>
    public void Write(Span<byte> frame) => (frame[Length] >> 4 == 4 ? _v4 : _v6).CopyTo(frame);

    private static byte[] Header(PhysicalAddress? own, PhysicalAddress? neighbour, ushort type) =>
    [
        .. neighbour?.GetAddressBytes() ?? new byte[6], .. own?.GetAddressBytes() ?? new byte[6], (byte)(type >> 8), (byte)type,
    ];
}
