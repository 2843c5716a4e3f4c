using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>A header over a byte array and what it carries: another packet, or bytes.</summary>
public abstract class Packet
{
    private ByteArraySegment _payloadData;
    private Packet _payloadPacket;

    private protected Packet(ByteArraySegment header) => Header = header;

    public Packet ParentPacket { get; set; }

    public virtual Packet PayloadPacket
    {
        get => _payloadPacket;
        set
        {
            _payloadPacket = value;
            _payloadData = null;
            if (value is not null)
                value.ParentPacket = this;
        }
    }

    public byte[] PayloadData
    {
        get => _payloadData?.ActualBytes();
        set => _payloadData = value is null ? null : new(value);
    }

    /// <summary>A copy of the header, without what it carries.</summary>
    public byte[] HeaderData => Header.ActualBytes();

    /// <summary>The packet with all that it carries, lengths brought up to date.</summary>
    public byte[] Bytes
    {
        get
        {
            UpdateCalculatedValues();
            return [.. Header.Span, .. _payloadPacket?.Bytes ?? PayloadData ?? []];
        }
    }

    private protected ByteArraySegment Header { get; }

    /// <summary>Reads a frame. What is too short for its header stays <see cref="PayloadData"/> of the packet that carries it.</summary>
    public static Packet ParsePacket(LinkLayers linkLayers, byte[] packetData)
    {
        var segment = new ByteArraySegment(packetData);
        return linkLayers switch
        {
            LinkLayers.Ethernet => new EthernetPacket(segment),
            _ => throw new NotImplementedException($"Link layer {linkLayers} is not implemented."),
        };
    }

    /// <summary>The first packet of this type, from this one inwards.</summary>
    public T Extract<T>()
        where T : Packet
    {
        for (var packet = this; packet is not null; packet = packet.PayloadPacket)
        {
            if (packet is T found)
                return found;
        }
        return null;
    }

    public virtual void UpdateCalculatedValues()
    {
    }

    private protected void Carry(ByteArraySegment payload, Packet packet)
    {
        _payloadPacket = packet;
        _payloadData = packet is null ? payload : null;
    }
}
