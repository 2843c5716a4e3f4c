using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// The data of a record as a zone file writes it (RFC 1035 section 5.1, RFC 3596, RFC 2782, RFC 8659, RFC 9460): plain printable text, whatever
/// bytes came. Names have no dot at the end.
/// </summary>
/// <remarks>
/// <code>
///  MX     0 preference   2 name                       SRV    0 priority   2 weight   4 port   6 name
///  CAA    0 flags   1 length of tag   2 tag, value    SOA    name, name, serial(4), refresh(4), retry(4), expire(4), minimum(4)
///  TXT    length, so many bytes; again                HTTPS  0 priority   2 name, then key(2), length(2), value; again
/// </code>
/// </remarks>
public ref struct DnsData
{
    private static readonly string[] ServiceKeys = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _end;
    private int _offset;

    private DnsData(ReadOnlySpan<byte> message, int offset, int length)
    {
        _message = message;
        _offset = offset;
        _end = offset + length;
    }

    /// <exception cref="DnsFormatException">The data is not what its type says.</exception>
    public static string Text(ReadOnlySpan<byte> message, in DnsRecords record)
    {
        var data = new DnsData(message, record.DataOffset, record.DataLength);
        var text = data.Read(record.Type);
        return data._offset == data._end ? text : throw new DnsFormatException($"A record of type {record.Type} has bytes too many.");
    }

    private string Read(DnsType type) => type switch
    {
        DnsType.A => Address(4),
        DnsType.Aaaa => Address(16),
        DnsType.Ns or DnsType.Cname or DnsType.Ptr => Name(),
        DnsType.Mx => $"{Word()} {Name()}",
        DnsType.Srv => $"{Word()} {Word()} {Word()} {Name()}",
        DnsType.Soa => $"{Name()} {Name()} {Number()} {Number()} {Number()} {Number()} {Number()}",
        DnsType.Txt => Strings(),
        DnsType.Caa => Authorisation(),
        DnsType.Https => Service(),
        // RFC 3597: data of types that are not known.
        _ => $"\\# {_end - _offset} {Convert.ToHexString(Take(_end - _offset))}",
    };

    private string Address(int length)
    {
        var bytes = Take(length);
        return (length == 4
            ? Core.Scope.Address.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Core.Scope.Address.V6(BinaryPrimitives.ReadUInt128BigEndian(bytes))).ToString();
    }

    private string Name()
    {
        Span<byte> name = stackalloc byte[DnsName.Longest];
        // What a name is made of may lie anywhere before, but its own bytes end with the data.
        return DnsName.TryExpand(_message[.._end], ref _offset, name, out var length)
            ? DnsName.Text(name[..length]).ToLowerInvariant()
            : throw new DnsFormatException("A name in a record has no end.");
    }

    private string Strings()
    {
        var text = new StringBuilder();
        do
            Quote(text, Take(Take(1)[0]));
        while (_offset < _end);
        return text.ToString();
    }

    private string Authorisation()
    {
        var flags = Take(1)[0];
        var tag = Take(Take(1)[0]);
        if (tag.IsEmpty || tag.ContainsAnyExceptInRange((byte)'-', (byte)'z'))
            throw new DnsFormatException("A CAA record has no tag.");
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{flags} {Encoding.ASCII.GetString(tag)}"));
        Quote(text, Take(_end - _offset));
        return text.ToString();
    }

    private string Service()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{Word()} {Name()}"));
        for (var last = -1; _offset < _end;)
        {
            var key = Word();
            if (key <= last)
                throw new DnsFormatException("The keys of an HTTPS record do not ascend.");
            last = key;
            Parameter(text, key, new DnsData(_message, _offset + 2, Take(Word()).Length));
        }
        return text.ToString();
    }

    private static void Parameter(StringBuilder text, int key, DnsData value)
    {
        text.Append(' ').Append(key < ServiceKeys.Length ? ServiceKeys[key] : $"key{key}");
        var separator = '=';
        while (value._offset < value._end)
        {
            text.Append(separator);
            separator = ',';
            switch (key)
            {
                case 0:
                    var wanted = value.Word();
                    text.Append(wanted < ServiceKeys.Length ? ServiceKeys[wanted] : $"key{wanted}");
                    break;
                case 1:
                    foreach (var letter in value.Take(value.Take(1)[0]))
                        DnsName.Append(text, letter);
                    break;
                case 3:
                    text.Append(value.Word());
                    break;
                case 4:
                    text.Append(value.Address(4));
                    break;
                case 6:
                    text.Append(value.Address(16));
                    break;
                default:
                    text.Append(Convert.ToHexStringLower(value.Take(value._end - value._offset)));
                    break;
            }
        }
    }

    private static void Quote(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        if (text.Length > 0)
            text.Append(' ');
        text.Append('"');
        foreach (var letter in bytes)
        {
            if (letter is (byte)'"' or (byte)'\\')
                text.Append('\\').Append((char)letter);
            else if (letter is >= 0x20 and < 0x7F)
                text.Append((char)letter);
            else
                text.Append('\\').Append($"{letter:000}");
        }
        text.Append('"');
    }

    private int Word() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    private uint Number() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _end - _offset)
            throw new DnsFormatException("A record is shorter than its data.");
        var bytes = _message.Slice(_offset, length);
        _offset += length;
        return bytes;
    }
}
