using System.Buffers.Binary;

namespace PacketDotNet.Utils;

/// <summary>The Internet checksum (RFC 1071).</summary>
internal static class OnesComplement
{
    /// <summary>The folded sum; 0xFFFF over data that contains its right checksum.</summary>
    public static ushort Sum(params ReadOnlySpan<byte[]> parts)
    {
        ulong sum = 0;
        foreach (var part in parts)
        {
            var rest = part.AsSpan();
            for (; rest.Length >= 2; rest = rest[2..])
                sum += BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (rest.Length == 1)
                sum += (ulong)rest[0] << 8;
        }
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)sum;
    }
}
