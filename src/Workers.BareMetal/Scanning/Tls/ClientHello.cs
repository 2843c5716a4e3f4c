using System.Buffers.Binary;
using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// The message that makes a server show its certificate (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2), as one record. Made once; what differs
/// from connection to connection is the name that is asked for and a random part.
/// </summary>
/// <remarks>
/// <code>
///  0 record: 22, version, length   5 handshake: 1, length   9 version   11 random   43 session id (none)   44 ciphers, compression, extensions
/// </code>
/// A session id, with which TLS 1.3 pretends to be 1.2 before old middleboxes, is left out: the server then adds nothing for them either.
/// </remarks>
public sealed class ClientHello
{
    /// <summary>Of the record around the message.</summary>
    public const int RecordHeaderLength = 5;

    private const byte HandshakeRecord = 22, ClientHelloMessage = 1;
    private const int MessageHeaderLength = 4;
    private const int RandomOffset = 11;
    private const int RandomLength = 32;
    private const int LongestName = 253;

    /// <summary>Around a name: type and length of the extension, length of its list, type and length of the entry (RFC 6066 section 3).</summary>
    private const int NameHeaderLength = 9;

    private const ushort SupportedGroups = 10, PointFormats = 11, SignatureAlgorithms = 13, SupportedVersions = 43;
    private const ushort KeyShare = 51, RenegotiationInfo = 0xFF01;

    private static readonly ushort[] Signatures =
    [
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0807, 0x0603, 0x0203, 0x0201,
    ];

    /// <summary>All before the length of the extensions.</summary>
    private readonly byte[] _head;

    /// <summary>All extensions but the name.</summary>
    private readonly byte[] _extensions;

    private ClientHello(ushort version, IEnumerable<ushort> ciphers, params IEnumerable<byte>[] extensions)
    {
        _head =
        [
            HandshakeRecord, 3, 1, 0, 0, ClientHelloMessage, 0, 0, 0, .. Bytes(version), .. new byte[RandomLength], 0,
            .. Vector(ciphers.SelectMany(Bytes)), 1, 0,
        ];
        _extensions = [.. extensions.SelectMany(each => each), .. Extension(SignatureAlgorithms, Vector(Signatures.SelectMany(Bytes)))];
    }

    /// <summary>With the longest name.</summary>
    public int LargestLength => Length(LongestName);

    /// <summary>Up to TLS 1.2, where certificates come in clear, before the server has proved anything.</summary>
    public static ClientHello UpToTls12() => UpTo(TlsNames.Tls12, TlsNames.OfferedCiphers);

    /// <param name="version">The latest one that is offered, TLS 1.2 or earlier.</param>
    public static ClientHello UpTo(ushort version, IEnumerable<ushort> ciphers) => new(
        version,
        ciphers,
        Extension(SupportedGroups, Vector([0, 0x1D, 0, 0x17, 0, 0x18, 0, 0x19])),
        Extension(PointFormats, [1, 0]),
        Extension(RenegotiationInfo, [0]));

    /// <param name="keys">The client's public keys, by group.</param>
    public static ClientHello Tls13(IReadOnlyList<(ushort Group, byte[] Key)> keys, IEnumerable<ushort>? ciphers = null) => new(
        TlsNames.Tls12,
        ciphers ?? TlsNames.OfferedCiphers13,
        Extension(SupportedVersions, [2, .. Bytes(TlsNames.Tls13)]),
        Extension(SupportedGroups, Vector(keys.SelectMany(key => Bytes(key.Group)))),
        Extension(KeyShare, Vector(keys.SelectMany(key => Bytes(key.Group).Concat(Vector(key.Key))))));

    /// <param name="name">What the server is asked for; empty asks for none.</param>
    /// <param name="random">Makes this one differ from others.</param>
    /// <returns>How long it is.</returns>
    public int Write(Span<byte> destination, ReadOnlySpan<char> name, ulong random)
    {
        var length = Length(name.Length);
        _head.CopyTo(destination);
        Put16(destination, 3, length - RecordHeaderLength);
        Put16(destination, 7, length - RecordHeaderLength - MessageHeaderLength);
        for (var part = 0; part < RandomLength; part += sizeof(ulong))
        {
            random = (random * 6364136223846793005) + 1442695040888963407;
            BinaryPrimitives.WriteUInt64BigEndian(destination[(RandomOffset + part)..], random ^ (random >> 29));
        }
        Put16(destination, _head.Length, length - _head.Length - 2);
        var place = _head.Length + 2;
        if (!name.IsEmpty)
        {
            Put16(destination, place, 0);
            Put16(destination, place + 2, name.Length + 5);
            Put16(destination, place + 4, name.Length + 3);
            destination[place + 6] = 0;
            Put16(destination, place + 7, name.Length);
            Encoding.ASCII.GetBytes(name, destination[(place + NameHeaderLength)..]);
            place += NameHeaderLength + name.Length;
        }
        _extensions.CopyTo(destination[place..]);
        return length;
    }

    private int Length(int nameLength) => _head.Length + 2 + (nameLength == 0 ? 0 : NameHeaderLength + nameLength) + _extensions.Length;

    private static void Put16(Span<byte> bytes, int place, int number) => BinaryPrimitives.WriteUInt16BigEndian(bytes[place..], (ushort)number);

    private static IEnumerable<byte> Extension(ushort type, IEnumerable<byte> content) => Bytes(type).Concat(Vector(content));

    private static byte[] Vector(IEnumerable<byte> content)
    {
        byte[] bytes = [.. content];
        return [.. Bytes((ushort)bytes.Length), .. bytes];
    }

    private static byte[] Bytes(ushort number) => [(byte)(number >> 8), (byte)number];
}
