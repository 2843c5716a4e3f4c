using System.Diagnostics;

namespace TaskMesh.Workers.BareMetal;

/// <summary>
/// Turns the machine off. The launch template says that shutting down terminates the instance, so the worker needs no right in EC2.
/// </summary>
internal static class InstancePower
{
    public static void Off()
    {
        using var process = Process.Start("systemctl", ["poweroff"]);
        process.WaitForExit();
    }
}
