using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Scheduling;

/// <summary>Where a schedule stands for one organisation when it is due.</summary>
/// <param name="Due">The time of its rhythm that has come.</param>
/// <param name="Last">How the run before stands; null if there was none.</param>
/// <param name="LastEnded">When it ended.</param>
/// <param name="Failures">Runs that have failed one after the other, the last one included.</param>
/// <param name="Noted">Whether it was written down already that it waits.</param>
public sealed record ScheduleTurn(
    string Organisation, DateTimeOffset Due, TaskState? Last, DateTimeOffset? LastEnded, int Failures, bool Noted)
{
    public bool IsRunning => Last is { } state && !state.IsTerminal();
}
