namespace TaskMesh.Core.Scheduling;

/// <summary>What becomes of a schedule that is due.</summary>
/// <param name="LookAt">When it is looked at again.</param>
public abstract record ScheduleMove(DateTimeOffset LookAt)
{
    /// <param name="For">The time of the rhythm that this run is for.</param>
    /// <param name="Missed">Times before it that nobody was there for.</param>
    /// <param name="Next">The next time of the rhythm.</param>
    public sealed record Start(DateTimeOffset LookAt, DateTimeOffset For, int Missed, DateTimeOffset Next, bool CancelsOld) : ScheduleMove(LookAt);

    /// <summary>Left out, because the run before has not ended.</summary>
    public sealed record Skip(DateTimeOffset LookAt, DateTimeOffset Next) : ScheduleMove(LookAt);

    /// <summary>Stays due until the run before has ended.</summary>
    public sealed record Queue(DateTimeOffset LookAt) : ScheduleMove(LookAt);

    /// <summary>Stays due until the failures of the runs before have cooled down.</summary>
    public sealed record CoolDown(DateTimeOffset LookAt) : ScheduleMove(LookAt);
}
