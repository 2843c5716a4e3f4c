namespace TaskMesh.Cli.Local;

/// <summary>Where the local mesh keeps its data: PostgreSQL runs as a user of its own, which could not enter root's home.</summary>
public static class LocalFolder
{
    private const string Variable = "TASKMESH_LOCAL_FOLDER";

    public static string Find(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.TryGetValue(Variable, out var chosen) && chosen.Length > 0)
            return Path.GetFullPath(chosen);
        if (Environment.IsPrivilegedProcess)
            return "/var/lib/taskmesh/local";
        var state = environment.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state");
        return Path.Combine(state, "taskmesh/local");
    }
}
