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

    /// <summary>64 addresses by 100 ports, ten times: what takes long is nmap's patience with silent ports.</summary>
    private static readonly AddressRange Targets = AddressRange.Parse("198.19.0.0/26");

    [LabFact(Program = "nmap")]
    public async Task A_scan_says_what_nmap_says_for_ten_seeds()
    {
        var seeds = Enumerable.Range(1, 10);

        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, cancellation) =>
        {
            await using var lab = await NetworkLab.BuildAsync(Targets, new LabTruth((ulong)seed), cancellation);

            var report = await LabScan.RunAsync(lab, new ScanRequest($"{Targets}", Ports, (ulong)seed, [$"{Targets}"]) { Retries = 1 });
            var nmap = await NmapAsync(lab);

            Assert.NotEmpty(nmap);
            Assert.Equal(nmap, report.Findings);
        });
    }

    private static async Task<List<string>> NmapAsync(NetworkLab lab)
    {
        var xml = await LabScan.OutputAsync(
            lab.InScanner("nmap", "-sS", "-n", "-Pn", "-T4", "--min-rate", "10000", "--max-retries", "2", "-p", Ports, "-oX", "-", $"{Targets}"));
        return [.. XDocument.Parse(xml).Descendants("host").SelectMany(Findings).Order(StringComparer.Ordinal)];
    }

    /// <summary>nmap lists some ports one by one and sums up others as ranges of one state.</summary>
    private static IEnumerable<string> Findings(XElement host)
    {
        var address = host.Element("address")!.Attribute("addr")!.Value;
        var single = host.Descendants("port").Select(port => (Port: port.Attribute("portid")!.Value, port.Element("state")!));
        var summed =
            from extra in host.Descendants("extraports")
            from reason in extra.Elements("extrareasons")
            select (Port: reason.Attribute("ports")!.Value, extra);
        return
            from entry in single.Concat(summed)
            let state = entry.Item2.Attribute("state")!.Value
            where state != "filtered"
            from port in PortSet.Parse(entry.Port).Ports.ToArray()
            select $"{address} {port} {CultureInfo.InvariantCulture.TextInfo.ToTitleCase(state)}";
    }
}
