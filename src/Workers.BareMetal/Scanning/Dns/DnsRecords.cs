using System.Buffers.Binary;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>The records of a message one by one (RFC 1035 section 4.1.3), from behind its questions on. Allocates nothing.</summary>
/// <remarks>
/// <code>
///  name   +0 type   +2 class   +4 time to live   +8 length of data   +10 data
/// </code>
/// </remarks>
public ref struct DnsRecords
{
    /// <summary>More than any name has; a message of the largest size could claim 5,000.</summary>
    public const int Most = 512;

    private const int FixedLength = 10;
    private const int QuestionLength = 4;

    private readonly ReadOnlySpan<byte> _message;
    private int _offset;
    private int _left;

    private DnsRecords(ReadOnlySpan<byte> message, int offset, int count)
    {
        _message = message;
        _offset = offset;
        _left = count;
    }

    /// <summary>The message says more, or less, than it holds.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where the current record's name stands.</summary>
    public int NameOffset { get; private set; }

    public DnsType Type { get; private set; }

    public ushort Class { get; private set; }

    public uint TimeToLive { get; private set; }

    public int DataOffset { get; private set; }

    public int DataLength { get; private set; }

    /// <summary>Begins before the first answer; any bytes may be asked.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, in DnsHeader header, out DnsRecords answers)
    {
        answers = default;
        var offset = DnsHeader.Length;
        for (var question = 0; question < header.Questions; question++)
        {
            // Nobody asks two questions at once, and nobody answers those who do.
            if (question > 0 || !DnsName.TrySkip(message, ref offset) || message.Length - offset < QuestionLength)
                return false;
            offset += QuestionLength;
        }
        answers = new(message, offset, header.Answers);
        return header.Answers <= Most;
    }

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        NameOffset = _offset;
        if (!DnsName.TrySkip(_message, ref _offset) || _message.Length - _offset < FixedLength)
            return Break();
        var head = _message[_offset..];
        Type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(head);
        Class = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        TimeToLive = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        DataLength = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
        DataOffset = _offset + FixedLength;
        _offset = DataOffset + DataLength;
        return _offset <= _message.Length || Break();
    }

    private bool Break()
    {
        IsBroken = true;
        _left = 0;
        return false;
    }
}
