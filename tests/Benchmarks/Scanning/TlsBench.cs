using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>
/// Certificates per second from nginx with a key on P-256, each client on one core, from its start to its end. Beside a client of Go's crypto/tls,
/// which zgrab2 and tlsx are made of, SslStream, and openssl s_time.
/// </summary>
internal static class TlsBench
{
    private const int DefaultRounds = 5;

    public static Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var rounds = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : DefaultRounds;
        var files = Directory.CreateTempSubdirectory("taskmesh-bench-files-");
        try
        {
            using var bed = ScanBed.Build();
            using var servers = new TlsBed(bed, files.FullName);
            TlsTool.Prepare(files.FullName);
            Run("tls-nginx", TlsTool.ForNginx(files.FullName), bed, rounds, cancellation);
            Run("tls-replayed", TlsTool.ForReplay(files.FullName), bed, rounds, cancellation);
        }
        finally
        {
            files.Delete(recursive: true);
        }
        return Task.CompletedTask;
    }

    private static void Run(string name, IReadOnlyList<TlsTool> tools, ScanBed bed, int rounds, CancellationToken cancellation)
    {
        Console.WriteLine(name);
        var runs = tools.ToDictionary(tool => tool.Name, _ => new List<Measured>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var tool in tools)
            {
                cancellation.ThrowIfCancellationRequested();
                runs[tool.Name].Add(Run(tool, bed));
            }
        }
        Print(name, tools, runs);
    }

    private static Measured Run(TlsTool tool, ScanBed bed)
    {
        var before = CpuMeter.ReapedSeconds();
        var watch = Stopwatch.StartNew();
        var output = Shell.Run(bed.InScanner(["taskset", "-c", "0", .. tool.Command]));
        var (seconds, cpu) = (watch.Elapsed.TotalSeconds, CpuMeter.ReapedSeconds() - before);
        var certificates = tool.Certificates(output);
        if (certificates < tool.Hosts)
            Console.WriteLine($"  {tool.Name}: {certificates} certificates of {tool.Hosts} servers");
        return Measured.Of((int)certificates, seconds, cpu, serverCpu: 0);
    }

    private static void Print(string name, IReadOnlyList<TlsTool> tools, Dictionary<string, List<Measured>> runs)
    {
        Console.WriteLine($"  {"",-20}{"certificates/s",16}{"lowest",10}{"highest",10}{"CPU us each",14}");
        foreach (var tool in tools)
        {
            var (all, median) = (runs[tool.Name], Measured.Median(runs[tool.Name]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {tool.Name,-20}{median.PerSecond,16:0}{all.Min(run => run.PerSecond),10:0}{all.Max(run => run.PerSecond),10:0}" +
                $"{median.CpuMicros,14:0.0}"));
        }
        var ours = Measured.Median(runs[tools[0].Name]).PerSecond;
        foreach (var peer in tools.Skip(1))
        {
            var theirs = Measured.Median(runs[peer.Name]).PerSecond;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = $"{name}-{peer.Name}",
                taskmesh = Math.Round(ours),
                peer = Math.Round(theirs),
                ratio = Math.Round(ours / theirs, 2),
            }));
        }
    }
}
