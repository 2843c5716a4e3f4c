using System.Security.Cryptography;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// The client's keys for servers that speak TLS 1.3 only. One pair for each group serves a whole scan: nothing secret is ever said. One thread
/// uses them.
/// </summary>
public sealed class Tls13Client : IDisposable
{
    private readonly (ushort Group, ECDiffieHellman Key)[] _keys =
    [
        (TlsNames.Secp256R1, ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256)),
        (TlsNames.Secp384R1, ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384)),
    ];

    private readonly byte[] _x25519 = RandomNumberGenerator.GetBytes(X25519.Length);

    /// <summary>By group, the cheapest one first, for servers that leave the choice to the client.</summary>
    public IReadOnlyList<(ushort Group, byte[] Key)> PublicKeys =>
        [.. _keys.Select(key => (key.Group, PointOf(key.Key))), (TlsNames.X25519, X25519.PublicKey(_x25519))];

    /// <exception cref="TlsParseException">The server's key is none of a group that was offered.</exception>
    public Tls13Keys Agree(ServerHello hello, ReadOnlySpan<byte> clientMessage, ReadOnlySpan<byte> serverMessage)
    {
        if (hello.Key is not { } point)
            throw new TlsParseException("a server hello without a key that fits");
        return Tls13Keys.Derive(hello.Cipher, Shared(hello.Group, point), [.. clientMessage, .. serverMessage]);
    }

    public void Dispose()
    {
        foreach (var (_, key) in _keys)
            key.Dispose();
    }

    private byte[] Shared(ushort group, byte[] point)
    {
        if (group == TlsNames.X25519)
            return Shared(point);
        return _keys.FirstOrDefault(key => key.Group == group).Key is { } own
            ? Shared(own, point)
            : throw new TlsParseException("a server hello without a key that fits");
    }

    /// <summary>Zeros are of a key that agrees with everybody's: RFC 8446 section 7.4.2 refuses it.</summary>
    private byte[] Shared(byte[] point) =>
        point.Length == X25519.Length && X25519.Agree(_x25519, point) is var shared && shared.AsSpan().ContainsAnyExcept((byte)0)
            ? shared
            : throw new TlsParseException("a key that is no point of its group");

    private static byte[] Shared(ECDiffieHellman own, byte[] point)
    {
        const byte uncompressed = 4;
        var half = (own.KeySize + 7) / 8;
        if (point.Length != (2 * half) + 1 || point[0] != uncompressed)
            throw new TlsParseException("a key that is no point of its group");
        try
        {
            using var theirs = ECDiffieHellman.Create(new ECParameters
            {
                Curve = own.ExportParameters(includePrivateParameters: false).Curve,
                Q = new() { X = point[1..(half + 1)], Y = point[(half + 1)..] },
            });
            using var key = theirs.PublicKey;
            return own.DeriveRawSecretAgreement(key);
        }
        catch (CryptographicException problem)
        {
            throw new TlsParseException("a key that is no point of its group", problem);
        }
    }

    private static byte[] PointOf(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. point.X!, .. point.Y!];
    }
}
