using System.Text.Json;

namespace TaskMesh.Core.Messages;

/// <summary>Reads what came from a worker queue.</summary>
public static class RunTaskReader
{
    /// <summary>The attempt, or null when the body is none: only the Manager writes here, so nobody waits for an answer.</summary>
    public static RunTask? Read(string body)
    {
        try
        {
            var run = JsonSerializer.Deserialize(body, MessageJson.Default.RunTask);
            return run is { Type: nameof(RunTask), V: ManagerMessage.Version or ManagerMessage.Version - 1 } ? run : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
