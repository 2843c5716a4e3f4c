using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace TaskMesh.Core.Scope;

/// <summary>An IPv4 or IPv6 address in one normal form, so that two spellings of a host cannot get two verdicts.</summary>
/// <remarks>
/// An IPv4-mapped IPv6 address (::ffff:192.0.2.1) becomes the IPv4 address that it hides. Octal, hexadecimal, short and integer
/// spellings of IPv4 (0x7f.1, 127.1, 2130706433) are not addresses here, although most resolvers accept them.
/// </remarks>
public readonly record struct Address : IComparable<Address>
{
    private static readonly UInt128 MappedPrefix = new(0, 0x0000_FFFF_0000_0000);

    private Address(UInt128 bits, bool isV6)
    {
        Bits = bits;
        IsV6 = isV6;
    }

    /// <summary>The address as a number: 32 significant bits for IPv4, 128 for IPv6.</summary>
    public UInt128 Bits { get; }

    public bool IsV6 { get; }

    public static Address V4(uint bits) => new(bits, isV6: false);

    public static Address V6(UInt128 bits) =>
        (bits & ~(UInt128)uint.MaxValue) == MappedPrefix ? V4((uint)bits) : new(bits, isV6: true);

    public static Address From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : V6(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        address = default;
        if (!IPAddress.TryParse(text, out var parsed) || text.Contains('%', StringComparison.Ordinal))
            return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
            return false;
        address = From(parsed);
        return true;
    }

    public static Address Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IPv4 or IPv6 address.");

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsV6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
            return new IPAddress(bytes);
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Bits);
        return new IPAddress(bytes[..4]);
    }

    /// <summary>The address <paramref name="count"/> places further on.</summary>
    public Address Plus(UInt128 count) => new(Bits + count, IsV6);

    public int CompareTo(Address other) => IsV6 != other.IsV6 ? IsV6.CompareTo(other.IsV6) : Bits.CompareTo(other.Bits);

    public override string ToString() => ToIPAddress().ToString();

    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
