using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>Keys that follow from a scan's seed, one per use: the order shows itself on the network, and must not give the cookies away.</summary>
public static class SeededKey
{
    public static (ulong First, ulong Second) Derive(string use, ulong seed)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(key, seed);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(use), hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash[sizeof(ulong)..]));
    }
}
