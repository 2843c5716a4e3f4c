using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>Opens the records of a server's handshake in TLS 1.3 (RFC 8446 sections 5.2 and 7.1).</summary>
public sealed class Tls13Keys : IDisposable
{
    private const int TagLength = 16;
    private const int NonceLength = 12;

    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;
    private readonly byte[] _iv;
    private ulong _records;

    private Tls13Keys(ushort cipher, HashAlgorithmName hash, byte[] secret)
    {
        var key = Expand(hash, secret, "key", [], cipher == TlsNames.Aes128GcmSha256 ? 16 : 32);
        _iv = Expand(hash, secret, "iv", [], NonceLength);
        if (cipher == TlsNames.ChaCha20Poly1305Sha256)
            _chaCha = new(key);
        else
            _aes = new(key, TagLength);
    }

    /// <param name="shared">What both sides made of their keys.</param>
    /// <param name="hellos">Both hello messages, one after the other.</param>
    /// <exception cref="TlsParseException">The cipher was not offered.</exception>
    public static Tls13Keys Derive(ushort cipher, byte[] shared, byte[] hellos)
    {
        var hash = cipher switch
        {
            TlsNames.Aes128GcmSha256 or TlsNames.ChaCha20Poly1305Sha256 => HashAlgorithmName.SHA256,
            TlsNames.Aes256GcmSha384 => HashAlgorithmName.SHA384,
            _ => throw new TlsParseException($"the server chose {TlsNames.Cipher(cipher)}, which was not offered"),
        };
        var length = Hash(hash, []).Length;
        var early = HKDF.Extract(hash, new byte[length], []);
        var handshake = HKDF.Extract(hash, shared, Expand(hash, early, "derived", Hash(hash, []), length));
        return new(cipher, hash, Expand(hash, handshake, "s hs traffic", Hash(hash, hellos), length));
    }

    /// <summary>Opens a record where it stands and returns what it carries and how long that is.</summary>
    /// <param name="header">Of the record.</param>
    /// <exception cref="TlsParseException">It cannot be opened.</exception>
    public (byte Type, int Length) Open(ReadOnlySpan<byte> header, Span<byte> payload)
    {
        if (payload.Length <= TagLength)
            throw new TlsParseException("a record too short to be opened");
        Span<byte> nonce = stackalloc byte[NonceLength];
        _iv.CopyTo(nonce);
        var counted = nonce[(NonceLength - sizeof(ulong))..];
        BinaryPrimitives.WriteUInt64BigEndian(counted, BinaryPrimitives.ReadUInt64BigEndian(counted) ^ _records++);
        var text = payload[..^TagLength];
        try
        {
            if (_chaCha is not null)
                _chaCha.Decrypt(nonce, text, payload[^TagLength..], text, header);
            else
                _aes!.Decrypt(nonce, text, payload[^TagLength..], text, header);
        }
        catch (CryptographicException problem)
        {
            throw new TlsParseException("a record that cannot be opened", problem);
        }
        // The type stands behind the content, and any number of zeros behind the type.
        var length = text.LastIndexOfAnyExcept((byte)0);
        return length < 0 ? throw new TlsParseException("a record without a type") : (text[length], length);
    }

    public void Dispose()
    {
        _aes?.Dispose();
        _chaCha?.Dispose();
    }

    private static byte[] Hash(HashAlgorithmName hash, byte[] content) =>
        hash == HashAlgorithmName.SHA384 ? SHA384.HashData(content) : SHA256.HashData(content);

    private static byte[] Expand(HashAlgorithmName hash, byte[] secret, string label, byte[] context, int length)
    {
        var name = Encoding.ASCII.GetBytes($"tls13 {label}");
        return HKDF.Expand(hash, secret, length, [0, (byte)length, (byte)name.Length, .. name, (byte)context.Length, .. context]);
    }
}
