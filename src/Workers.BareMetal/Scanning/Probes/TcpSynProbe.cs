using System.Buffers.Binary;
using PacketDotNet;
using PacketDotNet.Utils;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// Asks for a connection (SYN, RFC 9293 section 3.5) and reads whether the port would give one. The cookie is the sequence number:
/// both answers, SYN-ACK and RST, must acknowledge it.
/// </summary>
public sealed class TcpSynProbe : IProbe
{
    private const int IPv4HeaderLength = 20;
    private const int TcpHeaderLength = 24;
    private const ushort Window = 64240;

    private readonly ProbeCookie _cookie;
    private readonly ushort _sourcePort;
    private readonly byte[] _template;
    private readonly uint _ipSum;
    private readonly uint _tcpSum;

    public TcpSynProbe(Address source, ushort sourcePort, ProbeCookie cookie)
    {
        _cookie = cookie;
        _sourcePort = sourcePort;
        CaptureFilter =
            $"tcp and dst host {source} and dst port {sourcePort} and "
            + "(tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack) or tcp[tcpflags] & tcp-rst != 0)";
        (_template, var ipChecksum, var tcpChecksum) = Build(source, sourcePort);
        _ipSum = (ushort)~ipChecksum;
        _tcpSum = (ushort)~tcpChecksum;
    }

    public string CaptureFilter { get; }

    public ReadOnlySpan<byte> Template => _template;

    /// <summary>The checksums are sums: those of the template plus what is patched in (RFC 1624).</summary>
    public void Aim(Span<byte> packet, in ProbeTarget target)
    {
        var destination = (uint)target.Address.Bits;
        var sequence = _cookie.Of(target, _sourcePort);
        var destinationSum = (destination >> 16) + (ushort)destination;
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(_ipSum + destinationSum));
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], destination);
        BinaryPrimitives.WriteUInt16BigEndian(packet[22..], target.Port);
        BinaryPrimitives.WriteUInt32BigEndian(packet[24..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(
            packet[36..], Checksum(_tcpSum + destinationSum + target.Port + (sequence >> 16) + (ushort)sequence));
    }

    public Verdict Judge(ReadOnlySpan<byte> packet, out ProbeTarget target)
    {
        target = default;
        if (!TcpReply.TryRead(packet, out var reply) || reply.DestinationPort != _sourcePort || (reply.Flags & TcpReply.Ack) == 0)
            return Verdict.Unproven;
        target = new(reply.Source, reply.SourcePort);
        // A SYN takes one sequence number, so the answer acknowledges the cookie plus one. Some stacks forget that in a RST.
        var ahead = reply.Acknowledgment - _cookie.Of(target, _sourcePort);
        if ((reply.Flags & TcpReply.Rst) != 0)
            return ahead <= 1 ? Verdict.Closed : Verdict.Unproven;
        return ahead == 1 && (reply.Flags & TcpReply.Syn) != 0 ? Verdict.Open : Verdict.Unproven;
    }

    private static ushort Checksum(uint sum)
    {
        sum = (ushort)sum + (sum >> 16);
        return (ushort)~((ushort)sum + (sum >> 16));
    }

    private static (byte[] Packet, ushort IPChecksum, ushort TcpChecksum) Build(Address source, ushort sourcePort)
    {
        // Data offset six words: the header with one option, the maximum segment size of Ethernet, as every ordinary stack sends it.
        var header = new byte[TcpHeaderLength];
        header[12] = TcpHeaderLength / 4 << 4;
        var tcp = new TcpPacket(new ByteArraySegment(header))
        {
            SourcePort = sourcePort,
            Synchronize = true,
            WindowSize = Window,
            Options = [2, 4, 0x05, 0xB4],
        };
        var anywhere = Address.V4(0).ToIPAddress();
        var ip = new IPv4Packet(source.ToIPAddress(), anywhere) { PayloadPacket = tcp, FragmentFlags = 2, TimeToLive = 64 };
        tcp.UpdateTcpChecksum();
        ip.UpdateIPChecksum();
        return (ip.Bytes, ip.Checksum, tcp.Checksum);
    }
}
