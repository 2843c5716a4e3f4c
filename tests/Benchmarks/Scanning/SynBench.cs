using System.Globalization;
using System.Text.Json;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>SYN probes per second as the targets count them, beside zmap and masscan, for the product as its users start it.</summary>
internal static class SynBench
{
    private const int DefaultRounds = 5;
    private static readonly string[] All = ["zmap", "masscan"];

    private static readonly SynCase[] Cases =
    [
        new("syn-silent", Closed.Silent, 0, OneCore: false, All),
        new("syn-rst", Closed.Refusing, 0, OneCore: false, All),
        new("syn-closed", Closed.Reported, 0, OneCore: false, All),
        new("syn-onecore", Closed.Silent, 0, OneCore: true, ["zmap"]),
        new("syn-silent, one retry", Closed.Silent, 1, OneCore: false, All),
        new("syn-rst, one retry", Closed.Refusing, 1, OneCore: false, All),
    ];

    public static Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var rounds = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : DefaultRounds;
        var files = Directory.CreateTempSubdirectory("taskmesh-bench-files-");
        try
        {
            using var bed = ScanBed.Build();
            var tools = SynTool.All(files.FullName);
            var open = ScanBed.Open(SynCase.Port, SynCase.OpenMask);
            Console.WriteLine($"{ScanBed.Hosts} hosts, one port, {open.Count} open; {rounds} alternating rounds, medians");
            foreach (var each in size.Length > 1 ? [Cases[size[1]]] : Cases)
                Run(each, [tools["taskmesh"], .. each.Peers.Select(peer => tools[peer])], bed, open, rounds, files.FullName, cancellation);
        }
        finally
        {
            files.Delete(recursive: true);
        }
        return Task.CompletedTask;
    }

    private static void Run(
        SynCase each, SynTool[] tools, ScanBed bed, HashSet<string> open, int rounds, string folder, CancellationToken cancellation)
    {
        var runs = tools.ToDictionary(tool => tool.Name, _ => new List<SynRun>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var tool in tools)
            {
                cancellation.ThrowIfCancellationRequested();
                runs[tool.Name].Add(SynRun.Of(each, tool, bed, open, Path.Combine(folder, "findings")));
            }
        }
        Console.WriteLine($"{each.Name}");
        Console.WriteLine($"  {"",-10}{"probes/s",12}{"lowest",12}{"highest",12}{"CPU s/M",10}{"found",9}{"false",7}{"asked",10}");
        foreach (var tool in tools)
            Print(tool.Name, runs[tool.Name]);
        foreach (var peer in each.Retries == 0 ? each.Peers : [])
        {
            var (ours, theirs) = (Median(runs["taskmesh"], run => run.PerSecond), Median(runs[peer], run => run.PerSecond));
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = $"{each.Name}-{peer}",
                taskmesh = Math.Round(ours),
                peer = Math.Round(theirs),
                ratio = Math.Round(ours / theirs, 2),
            }));
        }
    }

    private static void Print(string name, List<SynRun> runs) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-10}{Median(runs, run => run.PerSecond),12:0}{runs.Min(run => run.PerSecond),12:0}{runs.Max(run => run.PerSecond),12:0}" +
        $"{Median(runs, run => run.CpuPerMillion),10:0.00}{Median(runs, run => run.Found),9:0}{Median(runs, run => run.False),7:0}" +
        $"{Median(runs, run => run.Asked),10:0}"));

    private static double Median(List<SynRun> runs, Func<SynRun, double> column)
    {
        double[] ordered = [.. runs.Select(column).Order()];
        return ordered[ordered.Length / 2];
    }
}
