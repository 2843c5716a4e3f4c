using System.Globalization;
using TaskMesh.Core.Recon;

namespace TaskMesh.ScanHost;

/// <summary>What the lab's name servers know, by rule instead of by table: the truth that a scan of names must find.</summary>
public static class LabZone
{
    public const string Apex = "example.test";

    /// <summary>Names of which each is served by a server that answers.</summary>
    public static IEnumerable<string> Numbered(int count) => Enumerable.Range(0, count).Select(number => $"n{number}.{Apex}");

    public static LabAnswer Of(string name, DnsType type)
    {
        if (name == $"all.{Apex}")
            return new(0, [.. OfEachType(name).Where(record => record.Type == type)]);
        if (name == $"big.{Apex}" && type == DnsType.Txt)
            return new(0, [.. Enumerable.Range(0, 100).Select(number => new LabRecord(name, type, $"\"{number:000}{new string('x', 100)}\""))]);
        if (name == $"longchain.{Apex}")
            return new(0, [.. Enumerable.Range(0, 40).Select(link => Alias(link == 0 ? name : $"l{link}.{Apex}", $"l{link + 1}.{Apex}"))]);
        if (name is $"web1.{Apex}" or $"web2.{Apex}")
            return new(0, type == DnsType.A ? [new(name, type, $"127.0.10.{name[3]}")] : []);
        if (name == $"shop.{Apex}")
            return new(0, [Alias(name, $"web1.{Apex}"), .. Of($"web1.{Apex}", type).Records]);
        if (name == $"loop.{Apex}")
            return new(0, [Alias(name, $"round.{Apex}"), Alias($"round.{Apex}", name)]);
        if (name == $"dangling.{Apex}")
            return new(3, [Alias(name, $"gone.{Apex}")]);
        if (name.EndsWith($".wild.{Apex}", StringComparison.Ordinal))
        {
            var isDeep = name.EndsWith($".deep.wild.{Apex}", StringComparison.Ordinal);
            return OneAddress(name, type, name == $"real.wild.{Apex}" ? 99 : isDeep ? 251 : 250);
        }
        if (name is $"wild.{Apex}" or Apex or $"www.{Apex}")
            return OneAddress(name, type, 1);
        if (name == $"7.113.0.203.in-addr.arpa")
            return new(0, type == DnsType.Ptr ? [new(name, type, $"www.{Apex}")] : []);
        return name.EndsWith($".{Apex}", StringComparison.Ordinal) && name[0] == 'n'
            && int.TryParse(name[1..^(Apex.Length + 1)], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? OfNumber(name, number, type) : new(3, []);
    }

    /// <summary>A fifth each does not exist, has no such record, has one, has an alias, has two; of the last some are refused or fail.</summary>
    private static LabAnswer OfNumber(string name, int number, DnsType type) => (number % 5) switch
    {
        0 => new(3, []),
        1 => new(0, []),
        2 => OneAddress(name, type, number % 250),
        3 => new(0, [Alias(name, $"n{number - 1}.{Apex}"), .. OneAddress($"n{number - 1}.{Apex}", type, (number - 1) % 250).Records]),
        _ when number % 50 == 4 => new(2, []),
        _ when number % 50 == 9 => new(5, []),
        _ => new(0, [.. OneAddress(name, type, 1).Records, .. OneAddress(name, type, 2).Records]),
    };

    private static LabAnswer OneAddress(string name, DnsType type, int host) => new(0, type switch
    {
        DnsType.A => [new(name, type, $"203.0.113.{host}")],
        DnsType.Aaaa => [new(name, type, $"2001:db8::{host:x}")],
        _ => [],
    });

    private static LabRecord Alias(string name, string target) => new(name, DnsType.Cname, target);

    private static IEnumerable<LabRecord> OfEachType(string name) =>
    [
        new(name, DnsType.A, "203.0.113.7"),
        new(name, DnsType.Aaaa, "2001:db8::7"),
        new(name, DnsType.Ns, $"ns.{Apex}"),
        new(name, DnsType.Mx, $"10 mail.{Apex}"),
        new(name, DnsType.Txt, "\"v=spf1 -all\" \"second\""),
        new(name, DnsType.Soa, $"ns.{Apex} root.{Apex} 1 2 3 4 5"),
        new(name, DnsType.Srv, $"1 2 443 www.{Apex}"),
        new(name, DnsType.Caa, "0 issue \"ca.example.net\""),
        new(name, DnsType.Https, $"1 . alpn=h2,h3 port=8443 ipv4hint=203.0.113.7"),
    ];
}

/// <param name="Code">Of the response.</param>
public sealed record LabAnswer(int Code, IReadOnlyList<LabRecord> Records);

public sealed record LabRecord(string Owner, DnsType Type, string Value);
