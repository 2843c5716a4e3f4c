using System.Text.Json;

namespace TaskMesh.Cli.Local;

/// <summary>What a running local mesh tells others: one file, written when everything answers and removed at the end.</summary>
public sealed record LocalState(
    int ProcessId, Uri Endpoint, string ReaderDatabase, string ManagerQueue, string ControlQueue, DateTimeOffset StartedAt)
{
    private const string FileName = "state.json";

    /// <summary>The state of the mesh that lives in this folder, or null if none does.</summary>
    public static LocalState? Read(string folder)
    {
        try
        {
            var state = JsonSerializer.Deserialize<LocalState>(File.ReadAllText(Path.Combine(folder, FileName)));
            return state is not null && IsAlive(state.ProcessId) ? state : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Permission, $"The local mesh in {folder} belongs to another user.");
        }
    }

    public void Write(string folder)
    {
        var file = Path.Combine(folder, FileName);
        File.WriteAllText($"{file}.new", JsonSerializer.Serialize(this));
        File.Move($"{file}.new", file, overwrite: true);
    }

    public static void Remove(string folder) => File.Delete(Path.Combine(folder, FileName));

    /// <summary>A process id is used again some day: only one that runs this program counts.</summary>
    private static bool IsAlive(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Contains("TaskMesh.Cli", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
