using System.Numerics;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Shuffles the numbers below any size without remembering one of them, and can be asked in both directions. A Feistel network over the
/// smallest power of two that holds them all; a result that lies outside is shuffled again until it lies inside (cycle-walking), which
/// takes less than two steps on average.
/// </summary>
public sealed class Permutation
{
    private const int Rounds = 4;

    private readonly ulong _size;
    private readonly ulong[] _keys;
    private readonly int _rightBits;
    private readonly ulong _leftMask;
    private readonly ulong _rightMask;

    public Permutation(ulong size, ulong seed)
    {
        _size = size;
        _keys = [.. Enumerable.Range(0, Rounds).Select(round => SeededKey.Derive($"order {round}", seed).First)];
        var bits = size <= 1 ? 0 : BitOperations.Log2(size - 1) + 1;
        _rightBits = bits / 2;
        _rightMask = (1UL << _rightBits) - 1;
        _leftMask = (1UL << (bits - _rightBits)) - 1;
    }

    /// <summary>Where the number at <paramref name="index"/> goes; below the size like the index itself.</summary>
    public ulong Shuffle(ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _size);
        do
            index = Forward(index);
        while (index >= _size);
        return index;
    }

    /// <summary>The index that <see cref="Shuffle"/> sends to <paramref name="value"/>.</summary>
    public ulong Unshuffle(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, _size);
        do
            value = Backward(value);
        while (value >= _size);
        return value;
    }

    // The halves differ by a bit when the width is odd, so they take turns instead of changing places: each round XORs one half with
    // a function of the other, which undoes itself.
    private ulong Forward(ulong value)
    {
        var (left, right) = (value >> _rightBits, value & _rightMask);
        for (var round = 0; round < Rounds; round += 2)
        {
            left ^= Mix(right ^ _keys[round]) & _leftMask;
            right ^= Mix(left ^ _keys[round + 1]) & _rightMask;
        }
        return (left << _rightBits) | right;
    }

    private ulong Backward(ulong value)
    {
        var (left, right) = (value >> _rightBits, value & _rightMask);
        for (var round = Rounds - 2; round >= 0; round -= 2)
        {
            right ^= Mix(left ^ _keys[round + 1]) & _rightMask;
            left ^= Mix(right ^ _keys[round]) & _leftMask;
        }
        return (left << _rightBits) | right;
    }

    private static ulong Mix(ulong value)
    {
        value *= 0x9E37_79B9_7F4A_7C15;
        value ^= value >> 32;
        value *= 0xD6E8_FEB8_6659_FD93;
        return value ^ (value >> 32);
    }
}
