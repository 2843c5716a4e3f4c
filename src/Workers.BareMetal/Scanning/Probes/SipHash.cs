using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash that cannot be guessed without the key. Fed with 64-bit words.</summary>
public struct SipHash(ulong key0, ulong key1)
{
    private ulong _v0 = key0 ^ 0x736F_6D65_7073_6575;
    private ulong _v1 = key1 ^ 0x646F_7261_6E64_6F6D;
    private ulong _v2 = key0 ^ 0x6C79_6765_6E65_7261;
    private ulong _v3 = key1 ^ 0x7465_6462_7974_6573;

    /// <summary>Eight bytes of the message, the first one lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong word)
    {
        _v3 ^= word;
        Round();
        Round();
        _v0 ^= word;
    }

    /// <param name="tail">The bytes behind the last full word.</param>
    /// <param name="length">Bytes in the whole message.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Finish(ulong tail, int length)
    {
        Add(((ulong)length << 56) | tail);
        _v2 ^= 0xFF;
        Round();
        Round();
        Round();
        Round();
        return _v0 ^ _v1 ^ _v2 ^ _v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Round()
    {
        _v0 += _v1;
        _v2 += _v3;
        _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
        _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
        _v0 = BitOperations.RotateLeft(_v0, 32) + _v3;
        _v2 += _v1;
        _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
        _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
        _v2 = BitOperations.RotateLeft(_v2, 32);
    }
}
