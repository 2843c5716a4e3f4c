using System.Buffers.Binary;

namespace TaskMesh.Cli.Lab;

/// <summary>Connection requests in Ethernet frames (IPv4 without options) and the answers to them, byte by byte.</summary>
/// <remarks>
/// <code>
///  Ethernet  0 destination   6 source   12 type
///  IPv4     14 version, length   16 total length   23 protocol   24 checksum   26 source   30 destination
///  TCP      34 source port   36 destination port   38 sequence   42 acknowledgment   46 offset   47 flags   50 checksum
/// </code>
/// </remarks>
internal static class SynFrame
{
    private const int IP = 14;
    private const int Tcp = 34;
    private const int TcpHeaderLength = 20;
    private const byte SynFlag = 0x02;
    private const byte RstFlag = 0x04;
    private const byte AckFlag = 0x10;

    public static bool IsIPv4(ReadOnlySpan<byte> frame) => frame.Length >= Tcp && frame[12] == 0x08 && frame[13] == 0x00;

    public static uint Destination(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32BigEndian(frame[30..]);

    public static ushort Port(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[36..]);

    /// <summary>Whether an IPv4 frame asks for a connection.</summary>
    public static bool IsSyn(ReadOnlySpan<byte> frame) =>
        frame.Length >= Tcp + TcpHeaderLength && frame[IP] == 0x45 && frame[23] == 6 && (frame[47] & (SynFlag | RstFlag | AckFlag)) == SynFlag;

    public static bool HasRightChecksums(ReadOnlySpan<byte> frame)
    {
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(frame[16..]);
        return totalLength <= frame.Length - IP && totalLength >= Tcp - IP + TcpHeaderLength
            && Fold(Sum(frame[IP..Tcp])) == ushort.MaxValue
            && Fold(TcpSum(frame[..(IP + totalLength)])) == ushort.MaxValue;
    }

    /// <summary>SYN-ACK or RST-ACK (RFC 9293 section 3.5), acknowledging the request's sequence number plus <paramref name="ahead"/>.</summary>
    public static void Answer(ReadOnlySpan<byte> request, Span<byte> answer, bool isOpen, uint ahead)
    {
        answer.Clear();
        request[6..12].CopyTo(answer);
        request[..6].CopyTo(answer[6..]);
        ReadOnlySpan<byte> header = [0x08, 0x00, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6];
        header.CopyTo(answer[12..]);
        request[26..30].CopyTo(answer[30..]);
        request[30..34].CopyTo(answer[26..]);
        request[34..36].CopyTo(answer[36..]);
        request[36..38].CopyTo(answer[34..]);
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(request[38..]);
        if (isOpen)
            BinaryPrimitives.WriteUInt32BigEndian(answer[38..], ~sequence);
        BinaryPrimitives.WriteUInt32BigEndian(answer[42..], sequence + ahead);
        answer[46] = TcpHeaderLength / 4 << 4;
        answer[47] = (byte)(AckFlag | (isOpen ? SynFlag : RstFlag));
        BinaryPrimitives.WriteUInt16BigEndian(answer[48..], isOpen ? (ushort)64240 : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(answer[24..], (ushort)~Fold(Sum(answer[IP..Tcp])));
        BinaryPrimitives.WriteUInt16BigEndian(answer[50..], (ushort)~Fold(TcpSum(answer[..(Tcp + TcpHeaderLength)])));
    }

    /// <summary>The segment with its pseudo-header: addresses, protocol, length.</summary>
    private static uint TcpSum(ReadOnlySpan<byte> frame) => Sum(frame[26..]) + 6 + (uint)(frame.Length - Tcp);

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }

    private static ushort Fold(uint sum)
    {
        sum = (ushort)sum + (sum >> 16);
        return (ushort)((ushort)sum + (sum >> 16));
    }
}
