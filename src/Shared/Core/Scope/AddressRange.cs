using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TaskMesh.Core.Scope;

/// <summary>A run of addresses, both ends included: one address, a CIDR block (RFC 4632) or first-last.</summary>
public readonly record struct AddressRange(Address First, Address Last)
{
    public UInt128 Count => Last.Bits - First.Bits + 1;

    public bool Contains(Address address) => address >= First && address <= Last;

    public bool Contains(AddressRange range) => Contains(range.First) && Contains(range.Last);

    public bool Overlaps(AddressRange other) => First <= other.Last && other.First <= Last;

    public static AddressRange Parse(string text) =>
        TryParse(text, out var range, out var problem) ? range : throw new FormatException(problem);

    public static bool TryParse(string text, out AddressRange range, [NotNullWhen(false)] out string? problem)
    {
        range = default;
        problem = null;
        if (text.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0)
            return TryParseBlock(text, slash, out range, out problem);
        if (text.IndexOf('-', StringComparison.Ordinal) is var dash and >= 0)
        {
            if (!Address.TryParse(text[..dash], out var first) || !Address.TryParse(text[(dash + 1)..], out var last))
                problem = $"'{text}' is not a range of two addresses";
            else if (first.IsV6 != last.IsV6 || first > last)
                problem = $"'{text}' does not run upwards within one address family";
            else
                range = new(first, last);
            return problem is null;
        }
        if (!Address.TryParse(text, out var single))
            problem = $"'{text}' is not an IPv4 or IPv6 address, CIDR block or range";
        else
            range = new(single, single);
        return problem is null;
    }

    private static bool TryParseBlock(string text, int slash, out AddressRange range, [NotNullWhen(false)] out string? problem)
    {
        range = default;
        problem = null;
        if (!Address.TryParse(text[..slash], out var address))
        {
            problem = $"'{text}' does not begin with an IPv4 or IPv6 address";
            return false;
        }
        var width = address.IsV6 ? 128 : 32;
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > width)
        {
            problem = $"'{text}' needs a prefix length from 0 to {width}";
            return false;
        }
        var hosts = prefix == 0 && width == 128 ? UInt128.MaxValue : (UInt128.One << (width - prefix)) - 1;
        if ((address.Bits & hosts) != 0)
        {
            problem = $"'{text}' has bits set behind its prefix; the block begins at {Masked(address, hosts)}/{prefix}";
            return false;
        }
        range = new(address, address.Plus(hosts));
        return true;
    }

    private static Address Masked(Address address, UInt128 hosts) =>
        address.IsV6 ? Address.V6(address.Bits & ~hosts) : Address.V4((uint)(address.Bits & ~hosts));

    public override string ToString()
    {
        if (First == Last)
            return First.ToString();
        var size = Count;
        var isBlock = UInt128.IsPow2(size) && (First.Bits & (size - 1)) == 0;
        return isBlock ? $"{First}/{(First.IsV6 ? 128 : 32) - (int)UInt128.Log2(size)}" : $"{First}-{Last}";
    }
}
