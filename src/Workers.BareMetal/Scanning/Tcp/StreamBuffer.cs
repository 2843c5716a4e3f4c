using System.Buffers;

namespace TaskMesh.Workers.BareMetal.Scanning.Tcp;

/// <summary>
/// Puts the segments of a stream in order, whatever the order in which they come, again or overlapping. Bounded in bytes and in holes: what does
/// not fit is passed over, and the other side sends it again.
/// </summary>
public sealed class StreamBuffer(int limit) : IDisposable
{
    private const int FirstRoom = 4096;

    /// <summary>Pieces beyond the first hole.</summary>
    private const int MostPieces = 16;

    private readonly (int First, int End)[] _pieces = new (int, int)[MostPieces];
    private byte[] _bytes = [];
    private int _count;

    /// <summary>How much has come without a hole.</summary>
    public int Length { get; private set; }

    /// <summary>How much more may come.</summary>
    public int Room => limit - Length;

    /// <summary>The memory that it holds.</summary>
    public int Capacity => _bytes.Length;

    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <param name="offset">From the beginning of the stream; below zero for what came before it.</param>
    /// <returns>Whether the stream has grown.</returns>
    public bool Add(int offset, ReadOnlySpan<byte> segment)
    {
        // What is there already may have been read and moved, and is not written again.
        var first = Math.Max(offset, Length);
        var end = Math.Min((long)offset + segment.Length, limit);
        if (first >= end)
            return false;
        var piece = (First: first, End: (int)end);
        var before = Length;
        if (first == Length)
        {
            Store(offset, segment, piece);
            Length = piece.End;
            Join();
        }
        else if (TryKeep(piece))
        {
            Store(offset, segment, piece);
        }
        return Length > before;
    }

    /// <summary>Empties the buffer and gives its memory back.</summary>
    public void Clear()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = _count = 0;
    }

    public void Dispose() => Clear();

    private void Store(int offset, ReadOnlySpan<byte> segment, (int First, int End) piece)
    {
        if (piece.End > _bytes.Length)
            Grow(piece.End);
        segment[(piece.First - offset)..(piece.End - offset)].CopyTo(_bytes.AsSpan(piece.First));
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstRoom, Math.Min(2 * _bytes.Length, limit))));
        _bytes.CopyTo(larger, 0);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    /// <summary>Pieces that touch become one.</summary>
    private bool TryKeep((int First, int End) piece)
    {
        for (var place = 0; place < _count; place++)
        {
            var other = _pieces[place];
            if (piece.First > other.End || other.First > piece.End)
                continue;
            _pieces[place] = (Math.Min(piece.First, other.First), Math.Max(piece.End, other.End));
            return true;
        }
        if (_count == MostPieces)
            return false;
        _pieces[_count++] = piece;
        return true;
    }

    /// <summary>Takes in the pieces that the stream has reached.</summary>
    private void Join()
    {
        for (var place = 0; place < _count;)
        {
            if (_pieces[place].First > Length)
            {
                place++;
                continue;
            }
            Length = Math.Max(Length, _pieces[place].End);
            _pieces[place] = _pieces[--_count];
            place = 0;
        }
    }
}
