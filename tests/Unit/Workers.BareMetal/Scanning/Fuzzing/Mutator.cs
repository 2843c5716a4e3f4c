using System.Buffers.Binary;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;

/// <summary>Spoils inputs in the ways that break parsers: bits, lengths, holes, repetitions, halves of two put together.</summary>
internal sealed class Mutator(Random random)
{
    public const int Longest = 160 * 1024;
    private const int MostChanges = 5;

    private static readonly byte[] Bytes = [0, 1, 0x0B, 0x14, 0x16, 0x3F, 0x40, 0x7F, 0x80, 0xC0, 0xFF];
    private static readonly ushort[] Numbers = [0, 1, 0x7F, 0xFF, 0x100, 0x3FFF, 0x4000, 0x4001, 0x7FFF, 0x8000, 0xC00C, 0xFFFF];

    private readonly byte[] _input = new byte[Longest];
    private int _length;

    /// <summary>One of the corpus with some changes, valid until the next call.</summary>
    public Memory<byte> Next(IReadOnlyList<byte[]> corpus)
    {
        var from = corpus[random.Next(corpus.Count)];
        from.CopyTo(_input, 0);
        _length = from.Length;
        for (var changes = random.Next(1, MostChanges + 1); changes > 0 && _length > 0; changes--)
            Change(corpus);
        return _input.AsMemory(0, _length);
    }

    private void Change(IReadOnlyList<byte[]> corpus)
    {
        var place = random.Next(_length);
        var rest = _input.AsSpan(place, _length - place);
        switch (random.Next(9))
        {
            case 0:
                rest[0] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                rest[0] = (byte)random.Next(256);
                break;
            case 2:
                rest[0] = Bytes[random.Next(Bytes.Length)];
                break;
            case 3 when rest.Length > 1:
                BinaryPrimitives.WriteUInt16BigEndian(rest, Numbers[random.Next(Numbers.Length)]);
                break;
            case 4 when rest.Length > 1:
                // Lengths that nearly fit are those that slip through.
                BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)(rest.Length - 2 + random.Next(-2, 3)));
                break;
            case 5:
                Remove(place, random.Next(1, 50));
                break;
            case 6:
                random.NextBytes(Insert(place, random.Next(1, 20)));
                break;
            case 7:
                var length = random.Next(1, Math.Min(rest.Length, 64) + 1);
                _input.AsSpan(random.Next(_length - length + 1), length).CopyTo(Insert(place, length));
                break;
            default:
                var other = corpus[random.Next(corpus.Count)];
                var tail = other.AsSpan(random.Next(other.Length + 1));
                tail.CopyTo(_input.AsSpan(place));
                _length = place + tail.Length;
                break;
        }
    }

    private void Remove(int place, int length)
    {
        var end = Math.Min(place + length, _length);
        _input.AsSpan(end, _length - end).CopyTo(_input.AsSpan(place));
        _length -= end - place;
    }

    private Span<byte> Insert(int place, int length)
    {
        length = Math.Min(length, Longest - _length);
        _input.AsSpan(place, _length - place).CopyTo(_input.AsSpan(place + length));
        _length += length;
        return _input.AsSpan(place, length);
    }
}
