namespace TaskMesh.Testing;

/// <summary>A test that asks systemd about a unit, skipped where it is not installed. It need not run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemdFactAttribute : FactAttribute
{
    public const string Analyze = "/usr/bin/systemd-analyze";

    public SystemdFactAttribute()
    {
        if (!File.Exists(Analyze))
            Skip = $"needs systemd ({Analyze})";
    }
}
