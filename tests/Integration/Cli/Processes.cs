namespace TaskMesh.Integration.Cli;

/// <summary>The machine's processes, as proc(5) tells them.</summary>
internal static class Processes
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

    /// <summary>One that has ended and waits to be collected is not.</summary>
    public static bool IsAlive(int process) => Stat(process) is [not "Z", ..];

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
