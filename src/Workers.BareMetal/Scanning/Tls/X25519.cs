using System.Buffers.Binary;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>Key agreement on Curve25519 (RFC 7748), which the runtime does not offer. Only for keys that protect nothing.</summary>
/// <remarks>
/// A number modulo 2^255 - 19 is five limbs of 51 bits, the lowest first. How long it takes follows from the key: whoever measures that learns a key
/// that serves one scan, for reading certificates that the server shows to everybody.
/// </remarks>
public static class X25519
{
    /// <summary>Of keys and of what is agreed on.</summary>
    public const int Length = 32;

    private const int HighestBit = 254;
    private const int LimbBits = 51;
    private const ulong Mask = (1UL << LimbBits) - 1;

    private static readonly byte[] BasePoint = [9, .. new byte[Length - 1]];
    private static readonly Number One = new(1, 0, 0, 0, 0);

    /// <summary>(A - 2) / 4 of the curve.</summary>
    private static readonly Number A24 = new(121665, 0, 0, 0, 0);

    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey) => Agree(privateKey, BasePoint);

    /// <returns>Zeros where the other key is a point of low order, which no honest side sends.</returns>
    public static byte[] Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> scalar = stackalloc byte[Length];
        privateKey.CopyTo(scalar);
        scalar[0] &= 248;
        scalar[^1] = (byte)((scalar[^1] & 127) | 64);
        var x1 = Read(publicKey);
        var (x2, z2, x3, z3) = (One, default(Number), x1, One);
        for (var bit = HighestBit; bit >= 0; bit--)
        {
            var isSet = (scalar[bit / 8] >> (bit % 8) & 1) == 1;
            if (isSet)
                (x2, z2, x3, z3) = (x3, z3, x2, z2);
            var (a, b, c, d) = (x2 + z2, x2 - z2, x3 + z3, x3 - z3);
            var (aa, bb, da, cb) = (a * a, b * b, d * a, c * b);
            var (sum, difference, e) = (da + cb, da - cb, aa - bb);
            (x2, z2, x3, z3) = (aa * bb, e * (aa + (A24 * e)), sum * sum, x1 * (difference * difference));
            if (isSet)
                (x2, z2, x3, z3) = (x3, z3, x2, z2);
        }
        return Write(x2 * Inverse(z2));
    }

    /// <summary>To the power of 2^255 - 21 (Fermat): all bits of the exponent but the third and the fifth are set.</summary>
    private static Number Inverse(in Number number)
    {
        var power = One;
        for (var bit = HighestBit; bit >= 0; bit--)
        {
            power *= power;
            if (bit is not (2 or 4))
                power *= number;
        }
        return power;
    }

    private static Number Read(ReadOnlySpan<byte> bytes)
    {
        var (low, middle, high, top) = (Word(bytes, 0), Word(bytes, 8), Word(bytes, 16), Word(bytes, 24));
        return new(
            low & Mask,
            ((low >> 51) | (middle << 13)) & Mask,
            ((middle >> 38) | (high << 26)) & Mask,
            ((high >> 25) | (top << 39)) & Mask,
            (top >> 12) & Mask);
    }

    /// <summary>The least number of those that are the same modulo 2^255 - 19.</summary>
    private static byte[] Write(in Number number)
    {
        // Once more by one, since a carry may run through all limbs.
        var (a, b, c, d, e) = number * One * One;
        var carry = (a + 19) >> LimbBits;
        foreach (var limb in (ReadOnlySpan<ulong>)[b, c, d, e])
            carry = (limb + carry) >> LimbBits;
        a += 19 * carry;
        b += a >> LimbBits;
        c += b >> LimbBits;
        d += c >> LimbBits;
        e += d >> LimbBits;
        (a, b, c, d, e) = (a & Mask, b & Mask, c & Mask, d & Mask, e & Mask);
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, a | (b << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (b >> 13) | (c << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (c >> 26) | (d << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), (d >> 39) | (e << 12));
        return bytes;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[place..]);

    /// <summary>Products have limbs of hardly more than 51 bits; one sum or difference of them may be multiplied again.</summary>
    private readonly record struct Number(ulong A, ulong B, ulong C, ulong D, ulong E)
    {
        public static Number operator +(Number x, Number y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D, x.E + y.E);

        /// <summary>Plus twice the modulus, so that no limb gets negative.</summary>
        public static Number operator -(Number x, Number y) => new(
            x.A + (2 * (Mask - 18)) - y.A, x.B + (2 * Mask) - y.B, x.C + (2 * Mask) - y.C, x.D + (2 * Mask) - y.D, x.E + (2 * Mask) - y.E);

        /// <summary>What lies above 2^255 comes back at the bottom, 19 times.</summary>
        public static Number operator *(Number x, Number y)
        {
            var (b19, c19, d19, e19) = (19 * y.B, 19 * y.C, 19 * y.D, 19 * y.E);
            var a = Times(x.A, y.A) + Times(x.B, e19) + Times(x.C, d19) + Times(x.D, c19) + Times(x.E, b19);
            var b = Times(x.A, y.B) + Times(x.B, y.A) + Times(x.C, e19) + Times(x.D, d19) + Times(x.E, c19);
            var c = Times(x.A, y.C) + Times(x.B, y.B) + Times(x.C, y.A) + Times(x.D, e19) + Times(x.E, d19);
            var d = Times(x.A, y.D) + Times(x.B, y.C) + Times(x.C, y.B) + Times(x.D, y.A) + Times(x.E, e19);
            var e = Times(x.A, y.E) + Times(x.B, y.D) + Times(x.C, y.C) + Times(x.D, y.B) + Times(x.E, y.A);
            b += (ulong)(a >> LimbBits);
            c += (ulong)(b >> LimbBits);
            d += (ulong)(c >> LimbBits);
            e += (ulong)(d >> LimbBits);
            var low = Low(a) + (19 * (ulong)(e >> LimbBits));
            return new(low & Mask, Low(b) + (low >> LimbBits), Low(c), Low(d), Low(e));
        }

        private static UInt128 Times(ulong x, ulong y) => Math.BigMul(x, y);

        private static ulong Low(UInt128 limb) => (ulong)limb & Mask;
    }
}
