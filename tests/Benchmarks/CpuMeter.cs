using System.Diagnostics;
using System.Globalization;

namespace TaskMesh.Benchmarks;

/// <summary>
/// Processor time of a process, of its children and of those that it has waited for, from /proc/PID/stat (proc(5)). A machine that is shared slows
/// everybody's clock, but not this one.
/// </summary>
internal static class CpuMeter
{
    private const double TicksPerSecond = 100;

    public static double SecondsOf(int process) => Stats()
        .Where(stat => stat.Id == process || stat.Parent == process)
        .Sum(stat => stat.Own + (stat.Id == process ? stat.Reaped : 0));

    public static double OwnSeconds()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Of all processes that this one started and that have ended, with those that they waited for.</summary>
    public static double ReapedSeconds() => Stats().Where(stat => stat.Id == Environment.ProcessId).Sum(stat => stat.Reaped);

    private static IEnumerable<(int Id, int Parent, double Own, double Reaped)> Stats()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Fields(folder) is { } fields)
                yield return (id, int.Parse(fields[1], CultureInfo.InvariantCulture), Seconds(fields, 11), Seconds(fields, 13));
        }
    }

    /// <summary>The fields behind the name, which may hold spaces and parentheses: state, parent, …</summary>
    private static string[]? Fields(string folder)
    {
        try
        {
            var stat = File.ReadAllText($"{folder}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Seconds(string[] fields, int first) =>
        (long.Parse(fields[first], CultureInfo.InvariantCulture) + long.Parse(fields[first + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
}
