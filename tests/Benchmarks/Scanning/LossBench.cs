using System.Globalization;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>What share of the open ports is found where packets get lost, by the number of probes, beside zmap with as many.</summary>
internal static class LossBench
{
    private const string Targets = "10.16.0.0/16";
    private const string FirstHosts = "10.16.";
    private const int Rate = 50_000;
    private static readonly int[] Losses = [1, 10, 30];
    private static readonly int[] Probes = [1, 2, 4];

    public static Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var files = Directory.CreateTempSubdirectory("taskmesh-bench-files-");
        try
        {
            using var bed = ScanBed.Build();
            var tools = SynTool.All(files.FullName);
            var open = ScanBed.Open(SynCase.Port, SynCase.OpenMask)
                .Where(address => address.StartsWith(FirstHosts, StringComparison.Ordinal)).ToHashSet();
            Console.WriteLine($"65536 hosts, one port, {open.Count} open, {Rate} packets/s: percent found; packets sent; false");
            foreach (var (loss, probes) in from loss in Losses from probes in Probes select (loss, probes))
            {
                var each = new SynCase("loss", Closed.Refusing, probes - 1, OneCore: false) { Targets = Targets, Rate = Rate, Loss = loss };
                foreach (var tool in new[] { tools["taskmesh"], tools["zmap"] })
                {
                    cancellation.ThrowIfCancellationRequested();
                    var run = SynRun.Of(each, tool, bed, open, Path.Combine(files.FullName, "findings"));
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"  loss {loss,2} %  {probes} probes  {tool.Name,-9}{100.0 * run.Found / open.Count,7:0.00} %{run.Packets,9}{run.False,4}"));
                }
            }
        }
        finally
        {
            files.Delete(recursive: true);
        }
        return Task.CompletedTask;
    }
}
