using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Manager.Fleet;

internal sealed class MemoryAttempt(LaunchRequest request)
{
    public LaunchRequest Request => request;

    public LaunchAnswer? Answer { get; set; }

    public DateTimeOffset At { get; set; }
}
