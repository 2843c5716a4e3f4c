using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>What TCP and UDP have in common. Their checksum needs the IP packet that carries them.</summary>
public abstract class TransportPacket : Packet
{
    private protected TransportPacket(ByteArraySegment header)
        : base(header)
    {
    }

    public abstract ushort SourcePort { get; set; }

    public abstract ushort DestinationPort { get; set; }

    public abstract ushort Checksum { get; set; }

    private protected bool HasValidChecksum => Sum() == ushort.MaxValue;

    private protected ushort CalculateChecksum()
    {
        var present = Checksum;
        Checksum = 0;
        var sum = Sum();
        Checksum = present;
        return (ushort)~sum;
    }

    private ushort Sum()
    {
        var bytes = Bytes;
        var carrier = ParentPacket as IPPacket ?? throw new InvalidOperationException("The checksum needs the IP packet around it.");
        return OnesComplement.Sum(carrier.PseudoHeader(bytes.Length), bytes);
    }
}
