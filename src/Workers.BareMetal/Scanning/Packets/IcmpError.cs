using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Packets;

/// <summary>
/// "Destination unreachable" of ICMP (RFC 792) or ICMPv6 (RFC 4443). It quotes the packet that it is about, which must be checked against the
/// cookie: anybody can send such a message about anybody.
/// </summary>
/// <remarks>
/// <code>
///  0 type   1 code   2 checksum   4 unused   8 the packet's IP header, then at least 8 bytes of what it carried
/// </code>
/// </remarks>
public readonly ref struct IcmpError
{
    /// <summary>Of the quoted TCP or UDP header: both ports, and the sequence number of TCP.</summary>
    public const int QuotedLength = 8;

    private const byte Unreachable = 3;
    private const byte UnreachableV6 = 1;
    private const int HeaderLength = 8;

    private IcmpError(byte code, scoped in IPPacket quoted)
    {
        Code = code;
        Source = quoted.Source;
        Destination = quoted.Destination;
        Protocol = quoted.Protocol;
        Quoted = quoted.Payload;
    }

    public byte Code { get; }

    /// <summary>Who sent the quoted packet: we, if it is true.</summary>
    public Address Source { get; }

    /// <summary>Where it was going.</summary>
    public Address Destination { get; }

    public byte Protocol { get; }

    /// <summary>The first bytes behind its IP header, at least <see cref="QuotedLength"/>.</summary>
    public ReadOnlySpan<byte> Quoted { get; }

    public static bool TryRead(in IPPacket packet, out IcmpError error)
    {
        error = default;
        var message = packet.Payload;
        var isV6 = packet.Source.IsV6;
        if (packet.Protocol != (isV6 ? IPPacket.IcmpV6 : IPPacket.Icmp) || message.Length < HeaderLength
            || message[0] != (isV6 ? UnreachableV6 : Unreachable) || !IPPacket.TryRead(message[HeaderLength..], out var quoted)
            || quoted.Source.IsV6 != isV6 || quoted.Payload.Length < QuotedLength)
            return false;
        error = new(message[1], quoted);
        return true;
    }
}
