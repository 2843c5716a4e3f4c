using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Core;

/// <summary>
/// Ids that follow from what they name, so that making the same thing twice makes one thing. UUIDs of version 8 (RFC 9562):
/// a 48-bit timestamp, so that ids stay in the order of time and land in the right partition, then SHA-256 of the name.
/// </summary>
public static class DerivedId
{
    /// <summary>The id of a message whose sender gave none. Both parts stay the same over redeliveries.</summary>
    /// <param name="sent">SQS's SentTimestamp.</param>
    public static Guid OfMessage(string messageId, DateTimeOffset sent) => Derive(sent.ToUnixTimeMilliseconds(), $"message/{messageId}");

    /// <summary>The id of the part of a collection that stands at <paramref name="place"/>.</summary>
    public static Guid OfPart(Guid collection, string place) => Derive(TimestampOf(collection), $"{collection}/{place}");

    /// <summary>The id of a generator's child: a generator that runs again makes the same ones.</summary>
    public static Guid OfChild(Guid collection, Guid parent, string kind, int ordinal) =>
        Derive(TimestampOf(collection), $"{parent}/{kind}/{ordinal}");

    /// <summary>The id of what a schedule makes at a time, or for a change of that time.</summary>
    public static Guid OfOccurrence(DateTimeOffset at, string of) => Derive(at.ToUnixTimeMilliseconds(), $"{of}/{at.UtcTicks}");

    private static long TimestampOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return ((long)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
    }

    private static Guid Derive(long unixMilliseconds, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return IdSource.Stamped(hash[..16], unixMilliseconds, version: 8);
    }
}
