using System.Diagnostics;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>One scan by one tool, as the targets saw it.</summary>
/// <param name="PerSecond">First probes.</param>
/// <param name="CpuPerMillion">Processor seconds per million SYNs.</param>
/// <param name="Asked">Hosts that a probe reached.</param>
internal sealed record SynRun(double PerSecond, double CpuPerMillion, int Found, int False, long Asked, long Packets)
{
    public static SynRun Of(SynCase each, SynTool tool, ScanBed bed, HashSet<string> open, string findings)
    {
        File.Delete(findings);
        bed.Answer(refuses: each.Closed != Closed.Silent, SynCase.OpenMask, each.Loss);
        using var chatter = tool.Name == "masscan" ? Chatter(bed) : null;
        var before = CpuMeter.ReapedSeconds();
        Shell.Run(bed.InScanner([.. each.OneCore ? ["taskset", "-c", "0"] : Array.Empty<string>(), .. tool.Command(each, findings)]));
        var cpu = CpuMeter.ReapedSeconds() - before;
        if (chatter is not null)
        {
            chatter.Kill();
            chatter.WaitForExit();
        }
        var counts = bed.Counts();
        HashSet<string> found = [.. File.ReadLines(findings).Select(tool.Open).OfType<string>()];
        if (counts.BadChecksums + counts.Strays > 0)
            Console.WriteLine($"  {tool.Name}: {counts.BadChecksums} wrong checksums, {counts.Strays} packets to nobody");
        return new(
            counts.FirstProbes / counts.Seconds, cpu * 1e6 / counts.Syns, found.Count(open.Contains), found.Count(address => !open.Contains(address)),
            counts.FirstProbes, counts.Syns);
    }

    /// <summary>Without any traffic masscan's last wait does not end.</summary>
    private static Process Chatter(ScanBed bed) => Process.Start(
        bed.InTarget("bash", "-c", $"for i in $(seq 1200); do echo > /dev/udp/{ScanBed.Source}/9; sleep 0.1; done"))!;
}
