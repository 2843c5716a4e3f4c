using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Mesh;

/// <summary>Tells the mesh something and waits until the Manager has done it or said why not.</summary>
internal static class Steering
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>What the fields of control messages are to those who type commands.</summary>
    private static readonly Dictionary<string, string> Typed = new()
    {
        ["collection"] = "id",
        ["coolDown"] = "--cool-down",
        ["cron"] = "--cron",
        ["every"] = "--every",
        ["jitter"] = "--jitter",
        ["mostTasks"] = "--tasks",
        ["mostWaiting"] = "--waiting",
        ["number"] = "--number",
        ["on"] = "--on",
        ["organisation"] = "--organisation",
        ["organisations"] = "--organisation",
        ["packetsPerSecond"] = "--packets",
        ["pool"] = "name",
        ["rescanInterval"] = "--rescan",
        ["scope"] = "file",
        ["slots"] = "--slots",
        ["submit"] = "file",
        ["target"] = "id",
        ["timeZone"] = "--tz",
        ["windows"] = "window",
    };

    /// <returns>The control message's id, under which the audit trail has it.</returns>
    /// <exception cref="CliException">It was refused, or there was no answer in time.</exception>
    public static async Task<Guid> SteerAsync(this MeshClient mesh, ControlAction action, string reason, CancellationToken cancellation)
    {
        var control = new Control(action, Environment.UserName, reason) { Id = mesh.Ids.Next() };
        await mesh.SendAsync(control, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < LongestWait)
        {
            switch (await mesh.Audit.AnswerAsync(control.Id, cancellation))
            {
                case "":
                    return control.Id;
                case { } refusal:
                    throw new CliException(ExitCode.Usage, InWordsOfUser(refusal));
            }
            await Task.Delay(Interval, TimeProvider.System, cancellation);
        }
        throw new CliException(
            ExitCode.WaitTimedOut, $"The Manager has not answered within {LongestWait.TotalSeconds} s. The message {control.Id} stays in its queue.");
    }

    public static string InWordsOfUser(string problem) => TypedNames.In(problem, Typed);
}
