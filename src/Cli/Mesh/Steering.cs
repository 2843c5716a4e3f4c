using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Mesh;

/// <summary>Tells the mesh something and waits until the Manager has done it or said why not.</summary>
internal static class Steering
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static async Task SteerAsync(this MeshClient mesh, ControlAction action, string reason, CancellationToken cancellation)
    {
        var control = new Control(action, Environment.UserName, reason) { Id = mesh.Ids.Next() };
        await mesh.SendAsync(control, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < LongestWait)
        {
            switch (await mesh.Audit.AnswerAsync(control.Id, cancellation))
            {
                case "":
                    return;
                case { } refusal:
                    throw new CliException(ExitCode.Usage, refusal);
            }
            await Task.Delay(Interval, TimeProvider.System, cancellation);
        }
        throw new CliException(
            ExitCode.WaitTimedOut, $"The Manager has not answered within {LongestWait.TotalSeconds} s. The message {control.Id} stays in its queue.");
    }
}
