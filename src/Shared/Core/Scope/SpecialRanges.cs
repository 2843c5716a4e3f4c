namespace TaskMesh.Core.Scope;

/// <summary>
/// Addresses that no scope reaches by accident. From the IANA IPv4 and IPv6 special-purpose address registries
/// (RFC 6890 and its updates, RFC 9637), as of 2025-10.
/// </summary>
public static class SpecialRanges
{
    /// <summary>Denied unless a scope says <c>allowPrivate</c>.</summary>
    public static AddressSet Private { get; } = Parse(
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "::1/128", "fc00::/7", "2001:db8::/32", "3fff::/20", "2001:2::/48");

    /// <summary>
    /// Denied always: this network, link-local and the cloud's metadata service, protocol assignments, multicast, reserved,
    /// and the prefixes that carry an IPv4 address inside an IPv6 one (NAT64, 6to4, Teredo), which would slip past IPv4 rules.
    /// </summary>
    public static AddressSet Never { get; } = Parse(
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::2-::ffff:ffff", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:10::/28", "2001:20::/28", "2002::/16",
        "5f00::/16", "fd00:ec2::/32", "fe80::/10", "fec0::/10", "ff00::/8");

    private static AddressSet Parse(params string[] blocks) => new(blocks.Select(AddressRange.Parse));
}
