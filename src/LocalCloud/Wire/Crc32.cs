namespace TaskMesh.LocalCloud.Wire;

/// <summary>The checksum of ISO 3309, reflected, polynomial 0x04C11DB7: what S3 calls CRC32.</summary>
public static class Crc32
{
    private const uint ReflectedPolynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    /// <param name="checksum">That of the bytes before, 0 at the beginning.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var remainder = ~checksum;
        foreach (var next in bytes)
            remainder = Table[(byte)(remainder ^ next)] ^ (remainder >> 8);
        return ~remainder;
    }

    private static uint Entry(int index)
    {
        var remainder = (uint)index;
        for (var bit = 0; bit < 8; bit++)
            remainder = (remainder & 1) == 0 ? remainder >> 1 : (remainder >> 1) ^ ReflectedPolynomial;
        return remainder;
    }
}
