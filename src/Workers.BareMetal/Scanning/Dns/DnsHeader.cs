using System.Buffers.Binary;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>The head of a message (RFC 1035 section 4.1.1).</summary>
/// <remarks>
/// <code>
///  0 id   2 flags: QR opcode(4) AA TC RD RA z(3) code(4)   4 questions   6 answers   8 authorities   10 additionals
/// </code>
/// </remarks>
public readonly record struct DnsHeader(ushort Id, ushort Flags, ushort Questions, ushort Answers, ushort Authorities, ushort Additionals)
{
    public const int Length = 12;

    private const ushort Response = 0x8000;
    private const ushort Opcode = 0x7800;
    private const ushort Truncated = 0x0200;
    private const ushort RecursionDesired = 0x0100;

    /// <summary>An answer to an ordinary query.</summary>
    public bool IsResponse => (Flags & (Response | Opcode)) == Response;

    public bool IsTruncated => (Flags & Truncated) != 0;

    public DnsResponseCode Code => (DnsResponseCode)(Flags & 0x0F);

    public static DnsHeader Query(ushort id, bool isExtended) => new(id, RecursionDesired, 1, 0, 0, isExtended ? (ushort)1 : (ushort)0);

    public static bool TryRead(ReadOnlySpan<byte> message, out DnsHeader header)
    {
        header = default;
        if (message.Length < Length)
            return false;
        header = new(Word(message, 0), Word(message, 2), Word(message, 4), Word(message, 6), Word(message, 8), Word(message, 10));
        return true;
    }

    public void Write(Span<byte> message)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message, Id);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], Flags);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], Questions);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], Answers);
        BinaryPrimitives.WriteUInt16BigEndian(message[8..], Authorities);
        BinaryPrimitives.WriteUInt16BigEndian(message[10..], Additionals);
    }

    private static ushort Word(ReadOnlySpan<byte> message, int offset) => BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
}

/// <summary>RFC 1035 section 4.1.1</summary>
public enum DnsResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}
