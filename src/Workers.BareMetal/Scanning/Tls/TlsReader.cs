using System.Buffers.Binary;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>Reads what TLS is written in (RFC 8446 section 3): numbers in network order, and vectors with their length before them.</summary>
public ref struct TlsReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public byte Number8() => Take(1)[0];

    public ushort Number16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int Number24()
    {
        var bytes = Take(3);
        return (bytes[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
    }

    public ReadOnlySpan<byte> Vector8() => Take(Number8());

    public ReadOnlySpan<byte> Vector16() => Take(Number16());

    public ReadOnlySpan<byte> Vector24() => Take(Number24());

    /// <exception cref="TlsParseException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new TlsParseException("a length goes beyond what holds it");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
