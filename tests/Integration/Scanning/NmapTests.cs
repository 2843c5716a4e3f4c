using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

public class NmapTests
{
    private const string Ports = "1-100";
    private const string ThousandPorts = "1-1000";

    /// <summary>64 addresses by 100 ports, ten times: what takes long is nmap's patience with silent ports.</summary>
    private static readonly AddressRange Targets = AddressRange.Parse("198.19.0.0/26");

    [LabFact(Programs = "nmap")]
    public async Task A_scan_says_what_nmap_says_for_ten_seeds()
    {
        var seeds = Enumerable.Range(1, 10);

        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, cancellation) =>
        {
            await using var lab = await NetworkLab.BuildAsync(Targets, new LabTruth((ulong)seed), cancellation);

            var report = await LabScan.RunAsync(lab, new ScanRequest($"{Targets}", Ports, (ulong)seed, [$"{Targets}"]) { Retries = 1 });
            var nmap = await NmapAsync(lab, $"{Targets}", Ports);

            Assert.NotEmpty(nmap);
            Assert.Equal(nmap, report.Findings);
        });
    }

    [LabFact(Programs = "nmap nft")]
    public async Task A_scan_says_what_nmap_says_of_a_real_kernel_behind_a_firewall()
    {
        await using var lab = await NetworkLab.BuildAsync(Targets, new LabTruth(1), CancellationToken.None);
        using var listeners = await ListenAsync(lab);
        await LabScan.OutputAsync(lab.InTarget("sysctl", "-qw", "net.ipv4.icmp_ratemask=0"));
        await LabScan.OutputAsync(lab.InTarget("nft", $$"""
            table ip test {
              chain input {
                type filter hook input priority 0;
                tcp dport { {{Every(1)}} } drop
                tcp dport { {{Every(2)}} } reject
                tcp dport { {{Every(3)}} } reject with icmp type admin-prohibited
                tcp dport { {{Every(4)}} } reject with icmp type host-unreachable
                tcp dport { {{Every(5)}} } reject with tcp reset
              }
            }
            """));

        var target = $"{NetworkLab.Gateway}";
        var report = await LabScan.RunAsync(lab, new ScanRequest(target, ThousandPorts, Seed: 1, [target]) { PacketsPerSecond = 2000 });
        var nmap = await NmapAsync(lab, target, ThousandPorts);

        Assert.Equal(nmap, report.Findings);
        var coverage = report.Coverage;
        Assert.Equal((100, 500, 300, 100), (coverage.Open, coverage.Closed, coverage.Filtered, coverage.NoAnswer));
    }

    /// <summary>Of the ports that end with a digit.</summary>
    private static string Every(int digit) => string.Join(", ", Enumerable.Range(0, 100).Select(ten => (10 * ten) + digit));

    private static async Task<Listeners> ListenAsync(NetworkLab lab)
    {
        var start = lab.InTarget("dotnet", typeof(ScanRequest).Assembly.Location, "listen", $"{NetworkLab.Gateway}", Every(10).Replace(" ", ""));
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        var listeners = new Listeners(Process.Start(start)!);
        Assert.Equal("ready", await listeners.Process.StandardOutput.ReadLineAsync());
        return listeners;
    }

    private static async Task<List<string>> NmapAsync(NetworkLab lab, string targets, string ports)
    {
        var xml = await LabScan.OutputAsync(
            lab.InScanner("nmap", "-sS", "-n", "-Pn", "-T4", "--min-rate", "2000", "--max-retries", "2", "-p", ports, "-oX", "-", targets));
        return [.. XDocument.Parse(xml).Descendants("host").SelectMany(Findings).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// nmap lists some ports one by one and sums up others as ranges of one state. It calls a silent port filtered, which is no answer, and one of
    /// which something else says that it cannot be reached.
    /// </summary>
    private static IEnumerable<string> Findings(XElement host)
    {
        var address = host.Element("address")!.Attribute("addr")!.Value;
        var single = host.Descendants("port").Select(port => (
            Ports: port.Attribute("portid")!.Value,
            State: port.Element("state")!.Attribute("state")!.Value,
            Reason: port.Element("state")!.Attribute("reason")!.Value));
        var summed =
            from extra in host.Descendants("extraports")
            from reason in extra.Elements("extrareasons")
            select (Ports: reason.Attribute("ports")!.Value, State: extra.Attribute("state")!.Value, Reason: reason.Attribute("reason")!.Value);
        return
            from entry in single.Concat(summed)
            where entry.Reason != "no-response"
            from port in PortSet.Parse(entry.Ports).Ports.ToArray()
            select $"{address} {port} {CultureInfo.InvariantCulture.TextInfo.ToTitleCase(entry.State)}";
    }

    /// <summary>Ends with its standard input.</summary>
    private sealed record Listeners(Process Process) : IDisposable
    {
        public void Dispose()
        {
            Process.StandardInput.Close();
            Process.Dispose();
        }
    }
}
