using System.Buffers.Binary;

namespace TaskMesh.LocalCloud.Wire;

/// <summary>Makes the ids that AWS would make, from injected randomness.</summary>
public sealed class CloudIds(Random random)
{
    private readonly Lock _gate = new();

    /// <summary>A UUID of version 4 (RFC 9562): requests and messages.</summary>
    public Guid Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A resource id of EC2: the prefix and 17 hexadecimal digits.</summary>
    public string Resource(string prefix)
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return $"{prefix}-0{BinaryPrimitives.ReadUInt64BigEndian(bytes):x16}";
    }

    private void Fill(Span<byte> bytes)
    {
        lock (_gate)
            random.NextBytes(bytes);
    }
}
