using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Packets;

/// <summary>The Internet checksum (RFC 1071): the one's complement of a one's complement sum of 16-bit words, so parts can be summed apart.</summary>
public static class Checksum
{
    /// <summary>The words of some bytes, not folded. A last odd byte counts as if a zero followed. For packets: at most 64 KiB.</summary>
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }

    /// <summary>The sum of a number that a packet holds as two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sum(uint words) => (words >> 16) + (ushort)words;

    /// <summary>What goes into the checksum field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Of(uint sum)
    {
        sum = (ushort)sum + (sum >> 16);
        return (ushort)~((ushort)sum + (sum >> 16));
    }
}
