using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>What a server chose of what it was offered (RFC 5246 section 7.4.1.3, RFC 8446 section 4.1.3).</summary>
/// <param name="LegacyVersion">As it stands in the message: TLS 1.3 writes that of 1.2 there.</param>
/// <param name="Extensions">Their numbers, in the order of the message.</param>
/// <param name="Group">Of the server's key; 0 without one.</param>
/// <param name="Key">The server's public key; null without one.</param>
/// <param name="IsRetry">The server asks the client to try again with a key of the group that it names.</param>
public sealed record ServerHello(
    ushort LegacyVersion, ushort Version, ushort Cipher, IReadOnlyList<ushort> Extensions, ushort Group, byte[]? Key, bool IsRetry)
{
    private const int RandomLength = 32;
    private const ushort SupportedVersions = 43, KeyShare = 51;

    /// <summary>The random part of a message that asks the client to try again with another key.</summary>
    private static readonly byte[] RetryRandom = SHA256.HashData("HelloRetryRequest"u8);

    /// <exception cref="TlsParseException">It is none.</exception>
    public static ServerHello Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body);
        var legacy = reader.Number16();
        if (legacy >> 8 != 3)
            throw new TlsParseException("a server hello of an unknown version");
        var random = reader.Take(RandomLength);
        reader.Vector8();
        var cipher = reader.Number16();
        reader.Number8();
        var version = legacy;
        var group = (ushort)0;
        byte[]? key = null;
        var numbers = new List<ushort>();
        // Before TLS 1.3 a server that chose none leaves even the length out.
        for (var list = new TlsReader(reader.IsEmpty ? [] : reader.Vector16()); !list.IsEmpty;)
        {
            var type = list.Number16();
            numbers.Add(type);
            var content = new TlsReader(list.Vector16());
            if (type == SupportedVersions)
                version = content.Number16();
            else if (type == KeyShare)
                (group, key) = (content.Number16(), content.IsEmpty ? null : content.Vector16().ToArray());
        }
        return new(legacy, version, cipher, numbers, group, key, random.SequenceEqual(RetryRandom));
    }

    /// <summary>JA3S: the MD5 of version, cipher and extensions, as sandboxes and network monitors write it.</summary>
    public string Ja3S()
    {
        var text = $"{LegacyVersion},{Cipher},{string.Join('-', Extensions)}";
        // A fingerprint's name, not a protection.
#pragma warning disable CA5351
        return Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(text)));
#pragma warning restore CA5351
    }
}
