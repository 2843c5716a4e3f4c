using System.Diagnostics;
using System.Globalization;

namespace TaskMesh.Testing;

/// <summary>The machine's processes, as proc(5) tells them.</summary>
public static class Processes
{
    /// <summary>Children, their children, and so on.</summary>
    public static IReadOnlyList<int> Below(int process)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => (Id: int.Parse(name!), Stat: Stat(int.Parse(name!)))).Where(each => each.Stat is not null)
            .ToLookup(each => int.Parse(each.Stat![1]), each => each.Id);
        return [.. Descend(process)];

        IEnumerable<int> Descend(int parent) => parents[parent].SelectMany(child => Descend(child).Prepend(child));
    }

    /// <summary>Since it was started; nothing when it has ended.</summary>
    public static TimeSpan Age(int process)
    {
        const int startField = 19;
        const double ticksPerSecond = 100;
        return Stat(process) is { } stat && double.Parse(stat[startField], CultureInfo.InvariantCulture) is var start
            ? TimeSpan.FromMilliseconds(System.Environment.TickCount64) - TimeSpan.FromSeconds(start / ticksPerSecond)
            : TimeSpan.Zero;
    }

    /// <summary>By kill(1): all of them at once.</summary>
    /// <param name="signal">Its name, such as KILL.</param>
    public static void Signal(string signal, params IEnumerable<int> processes)
    {
        // One of them may have ended since it was looked up.
        var start = new ProcessStartInfo("kill", ["-s", signal, "--", .. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))])
        {
            RedirectStandardError = true,
        };
        using var kill = Process.Start(start)!;
        kill.WaitForExit();
    }

    /// <summary>Program and arguments; empty when it has ended.</summary>
    public static IReadOnlyList<string> Command(int process) => Texts($"/proc/{process}/cmdline");

    /// <summary>NAME=value of its environment.</summary>
    public static IReadOnlyList<string> Environment(int process) => Texts($"/proc/{process}/environ");

    /// <summary>One that has ended and waits to be collected is not.</summary>
    public static bool IsAlive(int process) => Stat(process) is [not "Z", ..];

    private static string[] Texts(string file)
    {
        try
        {
            return File.ReadAllText(file).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>State, parent and what follows; null when the process has ended. The name before them may hold anything.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
