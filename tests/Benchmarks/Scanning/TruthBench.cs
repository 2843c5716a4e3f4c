using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>
/// Whether a scan at its highest rate says of every port what the responder makes of it, no more and no less: many hosts or many ports, closed ports
/// that are silent or refuse, processors idle or busy. Any difference makes the exit code 1.
/// </summary>
internal static class TruthBench
{
    private const int DefaultRounds = 10;
    private const string Loop = "while :; do :; done";
    private const string Columns = "hosts x ports   closed     cores   exact   open of truth   false   twice   silent   seconds";

    private static readonly bool[] Either = [false, true];
    private static readonly (string Targets, int Hosts, int Ports)[] Shapes = [("10.16.0.0/16", 65_536, 16), ("10.16.0.0/24", 256, 1_000)];

    public static Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var rounds = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : DefaultRounds;
        var files = Directory.CreateTempSubdirectory("taskmesh-bench-files-");
        try
        {
            using var bed = ScanBed.Build();
            Console.WriteLine($"{rounds} runs each; worst of them, median of seconds");
            Console.WriteLine(Columns);
            foreach (var (shape, refuses, busy) in from shape in Shapes
                                                   from refuses in Either
                                                   from busy in Either
                                                   select (shape, refuses, busy))
            {
                var truth = ScanBed.Open(shape.Hosts, shape.Ports, SynCase.OpenMask);
                var runs = new List<Outcome>();
                for (var round = 0; round < rounds; round++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    runs.Add(Run(bed, shape, truth, refuses, busy, files.FullName));
                }
                var name = $"{shape.Hosts} x {shape.Ports}";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-16}{(refuses ? "refuse" : "silent"),-11}{(busy ? "busy" : "idle"),-8}{runs.Count(run => run.IsExact),2} of {rounds,-4}"
                    + $"{runs.Min(run => run.Open),7} {runs[0].Truth,6}{runs.Max(run => run.False),9}{runs.Max(run => run.Twice),8}"
                    + $"{runs.Max(run => run.Silent),9}{runs.Select(run => run.Seconds).Order().ElementAt(rounds / 2),10:0.0}"));
                foreach (var run in runs.Where(run => !run.IsExact))
                    Console.WriteLine($"    {run.Summary}");
                if (!runs.TrueForAll(run => run.IsExact))
                    Environment.ExitCode = 1;
            }
        }
        finally
        {
            files.Delete(recursive: true);
        }
        return Task.CompletedTask;
    }

    private static Outcome Run(
        ScanBed bed, (string Targets, int Hosts, int Ports) shape, BitArray truth, bool refuses, bool busy, string folder)
    {
        var findings = Path.Combine(folder, "findings");
        File.Delete(findings);
        bed.Answer(refuses, SynCase.OpenMask);
        var load = busy ? Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Process.Start("sh", ["-c", Loop])).ToArray() : [];
        var clock = Stopwatch.StartNew();
        try
        {
            Shell.Run(bed.InScanner(SynTool.TaskMeshCommand(
                SynTool.Scope(folder), findings, shape.Targets, $"1-{shape.Ports}", "--rate", $"{SynCase.Unlimited}", "--retries", "1", "--closed")));
        }
        finally
        {
            foreach (var process in load)
            {
                process.Kill();
                process.Dispose();
            }
        }
        return Compare(findings, shape.Ports, truth, refuses, clock.Elapsed.TotalSeconds);
    }

    private static Outcome Compare(string findings, int ports, BitArray truth, bool refuses, double seconds)
    {
        var seen = new BitArray(truth.Count);
        var (open, wrong, twice, summary) = (0, 0, 0, default(JsonElement));
        foreach (var line in File.ReadLines(findings).Where(line => line.StartsWith('{')))
        {
            var row = JsonElement.Parse(line);
            if (!row.TryGetProperty("port", out var port))
            {
                summary = row;
                continue;
            }
            var place = ScanBed.HostOf(row.GetProperty("address").GetString()!) * ports + port.GetInt32() - 1;
            var isOpen = row.GetProperty("state").GetString()!.Equals("open", StringComparison.OrdinalIgnoreCase);
            twice += seen[place] ? 1 : 0;
            seen[place] = true;
            wrong += isOpen != truth[place] || (!isOpen && !refuses) ? 1 : 0;
            open += isOpen && truth[place] ? 1 : 0;
        }
        var all = truth.Cast<bool>().Count(isOpen => isOpen);
        long Number(string field) => summary.GetProperty(field).GetInt64();
        var isExact = (open, wrong, twice) == (all, 0, 0)
            && (Number("planned"), Number("open"), Number("closed"), Number("noAnswer"), Number("filtered"), Number("outOfScope"), Number("notSent"))
                == (truth.Count, all, refuses ? truth.Count - all : 0, refuses ? 0 : truth.Count - all, 0, 0, 0);
        return new(isExact, open, all, wrong, twice, Number("noAnswer"), seconds, summary.GetRawText());
    }

    /// <param name="False">Ports that were said to be what they are not.</param>
    /// <param name="Silent">Ports without an answer.</param>
    private sealed record Outcome(bool IsExact, int Open, int Truth, int False, int Twice, long Silent, double Seconds, string Summary);
}
