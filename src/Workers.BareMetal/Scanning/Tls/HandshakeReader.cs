namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// Reads the records of a server (RFC 5246 section 6.2, RFC 8446 section 5) until its certificate stands whole, and no further. The messages within
/// records are moved together where they stand, so every byte is moved once at most, however finely it came.
/// </summary>
/// <remarks>
/// <code>
///  messages, moved together | free           | records not read yet
///  start                    _end             _next
/// </code>
/// </remarks>
public sealed class HandshakeReader : IDisposable
{
    /// <summary>Certificates of 64 KiB and a little more; no honest chain comes near.</summary>
    public const int LargestMessage = 96 * 1024;

    private const int RecordHeaderLength = ClientHello.RecordHeaderLength;
    private const int MessageHeaderLength = 4;
    private const int LargestRecord = (1 << 14) + 256;
    private const byte CipherChangeRecord = 20, AlertRecord = 21, HandshakeRecord = 22, ProtectedRecord = 23;
    private const byte HelloRequest = 0, ServerHelloMessage = 2, EncryptedExtensions = 8, CertificateMessage = 11, CertificateRequest = 13;
    private const byte CertificateStatus = 22, WarningLevel = 1;

    private int _next;
    private int _end;
    private int _message;
    private Tls13Keys? _keys;
    private Tls13Client? _client;
    private byte[] _clientMessage = [];
    private bool _wantsHello;

    public ServerHello? Hello { get; private set; }

    /// <summary>Where the body of the certificate message stands, once it does.</summary>
    public Range Certificate { get; private set; }

    /// <summary>Why the server refuses, once it does.</summary>
    public byte Alert { get; private set; }

    /// <param name="start">Where in the stream the first record begins.</param>
    /// <param name="client">For a hello of TLS 1.3.</param>
    /// <param name="clientMessage">That hello, without its record.</param>
    public void Begin(int start, Tls13Client? client = null, byte[]? clientMessage = null)
    {
        Dispose();
        Hello = null;
        (_next, _end, _message) = (start, start, start);
        (_client, _clientMessage, _wantsHello) = (client, clientMessage ?? [], false);
    }

    /// <summary>As above, but what the server chooses is enough.</summary>
    public void BeginHello(int start)
    {
        Begin(start);
        _wantsHello = true;
    }

    /// <summary>Reads on, as far as the stream has come.</summary>
    /// <exception cref="TlsParseException">It is not what a TLS server says.</exception>
    public HandshakeProgress Read(Span<byte> stream)
    {
        while (stream.Length > _next)
        {
            // What is no TLS shows it in its first byte, and need not be waited for.
            var type = stream[_next];
            if (type is < CipherChangeRecord or > ProtectedRecord || (stream.Length > _next + 1 && stream[_next + 1] != 3))
                throw new TlsParseException("it is no TLS record");
            if (stream.Length < _next + RecordHeaderLength)
                break;
            var header = stream.Slice(_next, RecordHeaderLength);
            var length = (header[3] << 8) | header[4];
            if (length is 0 or > LargestRecord)
                throw new TlsParseException($"a record of {length} bytes");
            if (stream.Length < _next + RecordHeaderLength + length)
                break;
            var payload = stream.Slice(_next + RecordHeaderLength, length);
            _next += RecordHeaderLength + length;
            if (type == ProtectedRecord)
            {
                (type, length) = (_keys ?? throw new TlsParseException("a protected record before there are keys")).Open(header, payload);
                payload = payload[..length];
            }
            var progress = type switch
            {
                HandshakeRecord => Messages(stream, payload),
                AlertRecord => Refusal(payload),
                CipherChangeRecord when _keys is not null => HandshakeProgress.More,
                _ => throw new TlsParseException($"a record of type {type} before the certificate"),
            };
            if (progress != HandshakeProgress.More)
                return progress;
        }
        return HandshakeProgress.More;
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _keys = null;
    }

    private HandshakeProgress Refusal(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
            throw new TlsParseException("half an alert");
        // A warning that the name is not known does not end the handshake (RFC 6066 section 3).
        Alert = payload[1];
        return payload[0] == WarningLevel && Alert != 0 ? HandshakeProgress.More : HandshakeProgress.Refused;
    }

    private HandshakeProgress Messages(Span<byte> stream, ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(stream[_end..]);
        _end += payload.Length;
        while (_end - _message >= MessageHeaderLength)
        {
            var header = stream.Slice(_message, MessageHeaderLength);
            var length = (header[1] << 16) | (header[2] << 8) | header[3];
            if (length > LargestMessage)
                throw new TlsParseException($"a message of {length} bytes");
            var body = _message + MessageHeaderLength;
            if (_end - body < length)
                break;
            switch (header[0])
            {
                case ServerHelloMessage when Hello is null:
                    Greet(stream.Slice(_message, MessageHeaderLength + length));
                    if (_wantsHello)
                        return HandshakeProgress.Hello;
                    break;
                case CertificateMessage when Hello is not null:
                    Certificate = body..(body + length);
                    return HandshakeProgress.Certificate;
                case HelloRequest or EncryptedExtensions or CertificateRequest or CertificateStatus:
                    break;
                default:
                    throw new TlsParseException($"a message of type {header[0]} before the certificate");
            }
            _message = body + length;
        }
        return HandshakeProgress.More;
    }

    private void Greet(ReadOnlySpan<byte> message)
    {
        Hello = ServerHello.Parse(message[MessageHeaderLength..]);
        if (_wantsHello)
            return;
        if (Hello.IsRetry)
            throw new TlsParseException($"the server wants a key of group 0x{Hello.Group:X4}");
        if (Hello.Version == TlsNames.Tls13)
            _keys = (_client ?? throw new TlsParseException("the server chose a version that was not offered")).Agree(Hello, _clientMessage, message);
    }
}

public enum HandshakeProgress
{
    /// <summary>The certificate is not there yet.</summary>
    More,

    Certificate,

    /// <summary>The server has chosen, and no more was wanted.</summary>
    Hello,

    /// <summary>The server sent an alert.</summary>
    Refused,
}
