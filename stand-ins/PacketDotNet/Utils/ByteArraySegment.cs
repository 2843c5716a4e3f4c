namespace PacketDotNet.Utils;

/// <summary>A part of a byte array, shared and not copied.</summary>
public sealed class ByteArraySegment(byte[] bytes, int offset, int length)
{
    public ByteArraySegment(byte[] bytes)
        : this(bytes, 0, bytes.Length)
    {
    }

    public byte[] Bytes { get; } = bytes;

    public int Offset { get; } = offset;

    public int Length { get; set; } = length;

    /// <summary>A copy of the segment's bytes.</summary>
    public byte[] ActualBytes() => Span.ToArray();

    internal Span<byte> Span => Bytes.AsSpan(Offset, Length);

    /// <summary>The first <paramref name="size"/> bytes, or null when the segment is shorter.</summary>
    internal ByteArraySegment Head(int size) => size <= Length ? new(Bytes, Offset, size) : null;

    internal ByteArraySegment From(int start) => new(Bytes, Offset + start, Length - start);
}
