using System.Buffers.Binary;

namespace TaskMesh.Core;

/// <summary>Makes UUIDs of version 7 (RFC 9562): in the order of time, from the injected clock and randomness.</summary>
public sealed class IdSource(TimeProvider clock, Random random)
{
    private readonly Lock _gate = new();

    public Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate)
            random.NextBytes(bytes);
        return Stamped(bytes, clock.GetUtcNow().ToUnixTimeMilliseconds(), version: 7);
    }

    /// <summary>Puts a 48-bit millisecond timestamp, a version and the RFC's variant over 16 bytes.</summary>
    internal static Guid Stamped(Span<byte> bytes, long unixMilliseconds, int version)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(unixMilliseconds >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)unixMilliseconds);
        bytes[6] = (byte)((version << 4) | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
