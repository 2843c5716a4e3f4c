using System.Buffers.Binary;
using System.Numerics;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>Writes questions, and tells whether a message answers one.</summary>
/// <remarks>
/// <code>
///  header   name in mixed case   +0 type   +2 class   then EDNS (RFC 6891):   0   type 41   size(2)   0(4)   length 0
/// </code>
/// A resolver repeats the name in the case in which it was asked, so letters carry a bit each that nobody can guess ("0x20").
/// </remarks>
public static class DnsQuery
{
    public const int LongestQuestion = DnsName.Longest + 4;
    public const int Longest = DnsHeader.Length + LongestQuestion + ExtensionLength;

    /// <summary>Passes every network in one piece (the DNS flag day of 2020).</summary>
    public const ushort LargestAnswer = 1232;

    private const int ExtensionLength = 11;
    private const ushort ExtensionType = 41;
    private const ushort Internet = 1;
    private const int CaseBit = 0x20;

    /// <param name="casing">Each letter takes a bit: a set one makes it the other case.</param>
    /// <param name="isExtended">Whether longer answers than those of 1987 are asked for.</param>
    public static int Write(Span<byte> message, ushort id, ReadOnlySpan<byte> name, DnsType type, ulong casing, bool isExtended)
    {
        DnsHeader.Query(id, isExtended).Write(message);
        var length = DnsHeader.Length + WriteQuestion(message[DnsHeader.Length..], name, type, casing);
        if (!isExtended)
            return length;
        var extension = message.Slice(length, ExtensionLength);
        extension.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(extension[1..], ExtensionType);
        BinaryPrimitives.WriteUInt16BigEndian(extension[3..], LargestAnswer);
        return length + ExtensionLength;
    }

    public static int WriteQuestion(Span<byte> message, ReadOnlySpan<byte> name, DnsType type, ulong casing)
    {
        for (var place = 0; place < name.Length; place++)
        {
            int letter = name[place];
            // Lengths of labels are below the letters, so they are left alone.
            var isLetter = (uint)((letter | CaseBit) - 'a') <= 'z' - 'a';
            message[place] = (byte)(isLetter ? letter ^ ((int)(casing & 1) << 5) : letter);
            casing = BitOperations.RotateRight(casing, 1);
        }
        BinaryPrimitives.WriteUInt16BigEndian(message[name.Length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(message[(name.Length + 2)..], Internet);
        return name.Length + 4;
    }

    /// <summary>Whether the message repeats a question byte by byte.</summary>
    public static bool IsAnswered(ReadOnlySpan<byte> message, in DnsHeader header, ReadOnlySpan<byte> question) =>
        header.IsResponse && header.Questions == 1 && message[DnsHeader.Length..].StartsWith(question);

    /// <summary>What an answer to a question says; not yet whether the data of its records can be read.</summary>
    public static DnsOutcome Judge(ReadOnlySpan<byte> message, in DnsHeader header)
    {
        if (header.IsTruncated)
            return DnsOutcome.Truncated;
        switch (header.Code)
        {
            case DnsResponseCode.NoError or DnsResponseCode.NameError when header.Answers > 0:
                return AreRead(message, header) ? DnsOutcome.Found : DnsOutcome.Malformed;
            case DnsResponseCode.NoError:
                return DnsOutcome.NoData;
            case DnsResponseCode.NameError:
                return DnsOutcome.NoName;
            case DnsResponseCode.Refused:
                return DnsOutcome.Refused;
            default:
                return DnsOutcome.ServerFailure;
        }
    }

    private static bool AreRead(ReadOnlySpan<byte> message, in DnsHeader header)
    {
        if (!DnsRecords.TryRead(message, header, out var answers))
            return false;
        Span<byte> owner = stackalloc byte[DnsName.Longest];
        while (answers.MoveNext())
        {
            var offset = answers.NameOffset;
            if (!DnsName.TryExpand(message, ref offset, owner, out _))
                return false;
        }
        return !answers.IsBroken;
    }
}

/// <summary>What an answer says, as far as its head tells.</summary>
public enum DnsOutcome : byte
{
    None,

    /// <summary>There are records to be read.</summary>
    Found,

    /// <summary>The answer is too long for a datagram: it must be asked for over TCP.</summary>
    Truncated,

    NoName,
    NoData,
    ServerFailure,
    Refused,
    Malformed,
}
