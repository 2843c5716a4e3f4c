using System.Globalization;

namespace TaskMesh.Core.Scope;

/// <summary>The name under which an address is asked for its name (RFC 1035 section 3.5, RFC 3596 section 2.5).</summary>
public static class ReverseName
{
    private const string V4 = ".in-addr.arpa";
    private const string V6 = ".ip6.arpa";
    private const int Nibbles = 32;

    public static string Of(Address address)
    {
        if (!address.IsV6)
            return string.Join('.', address.ToString().Split('.').Reverse()) + V4;
        var digits = address.Bits.ToString("x32", CultureInfo.InvariantCulture);
        return string.Join('.', digits.Reverse()) + V6;
    }

    /// <summary>Whether a name in normal form is that of one address.</summary>
    public static bool TryParse(string name, out Address address)
    {
        address = default;
        if (name.EndsWith(V4, StringComparison.Ordinal))
            return Address.TryParse(string.Join('.', name[..^V4.Length].Split('.').Reverse()), out address);
        if (!name.EndsWith(V6, StringComparison.Ordinal) || name[..^V6.Length].Split('.') is not { Length: Nibbles } labels
            || !UInt128.TryParse(string.Concat(labels.Reverse()), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            || labels.Any(label => label.Length != 1))
            return false;
        address = Address.V6(bits);
        return true;
    }
}
