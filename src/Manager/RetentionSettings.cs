using TaskMesh.Core.Configuration;

namespace TaskMesh.Manager;

/// <summary>How long what has ended is kept.</summary>
/// <param name="Enabled">False keeps everything.</param>
/// <param name="Failed">Also for what was cancelled, timed out or partially failed, and for messages that were put aside.</param>
public sealed record RetentionSettings(bool Enabled, TimeSpan Succeeded, TimeSpan Failed)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(10 * 365);

    public static RetentionSettings Read(SettingsReader reader) => new(
        reader.Number("TASKMESH_RETENTION", 1, 0, 1) == 1,
        reader.Duration("TASKMESH_KEEP_SUCCEEDED", TimeSpan.FromDays(7), TimeSpan.FromHours(1), Longest),
        reader.Duration("TASKMESH_KEEP_FAILED", TimeSpan.FromDays(30), TimeSpan.FromHours(1), Longest));
}
