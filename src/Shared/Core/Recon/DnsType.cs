namespace TaskMesh.Core.Recon;

/// <summary>Kinds of DNS records that are asked for and read, by their numbers on the wire (IANA, DNS parameters).</summary>
public enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
#pragma warning disable CA1720 // The record's own name.
    Ptr = 12,
#pragma warning restore CA1720
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,

    /// <summary>RFC 9460</summary>
    Https = 65,

    /// <summary>RFC 8659</summary>
    Caa = 257,
}

public static class DnsTypes
{
    private static readonly Dictionary<string, DnsType> ByName = Enum.GetValues<DnsType>().ToDictionary(Text, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static string Text(this DnsType type) => type.ToString().ToUpperInvariant();

    public static bool TryParse(string text, out DnsType type) => ByName.TryGetValue(text, out type);
}
