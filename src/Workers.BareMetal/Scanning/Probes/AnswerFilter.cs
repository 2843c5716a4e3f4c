using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>Lets through what answers a scan, and errors on the way (ICMP) that may: an expression of pcap-filter(7).</summary>
internal static class AnswerFilter
{
    /// <param name="sourceV4">What the scan sends from; null where it sends nothing over IPv4.</param>
    /// <param name="answersV4">What answers are, besides coming to that address.</param>
    public static string Of(Address? sourceV4, string answersV4, Address? sourceV6, string answersV6)
    {
        string[] families =
        [
            .. sourceV4 is { } v4 ? [$"(dst host {v4} and (({answersV4}) or (icmp and icmp[icmptype] = icmp-unreach)))"] : Array.Empty<string>(),
            .. sourceV6 is { } v6 ? [$"(dst host {v6} and (({answersV6}) or (ip6 proto 58 and ip6[40] = 1)))"] : Array.Empty<string>(),
        ];
        return string.Join(" or ", families);
    }
}
