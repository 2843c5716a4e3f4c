namespace TaskMesh.Core.Workflow;

/// <summary>How much an organisation may have at once.</summary>
/// <param name="MostWaiting">Tasks in line for room; null for any number.</param>
/// <param name="MostTasks">That a collection may be submitted with, and that its generators may make; null for what any may.</param>
/// <param name="PacketsPerSecond">Of all its scans together; null for what they are told.</param>
/// <param name="RescanInterval">How long the same scan may not be submitted again; null for no time.</param>
public sealed record OrganisationLimits(
    int? MostWaiting = null, int? MostTasks = null, int? PacketsPerSecond = null, TimeSpan? RescanInterval = null)
{
    /// <summary>As fast as any scan may be told to send.</summary>
    public const int HighestPacketRate = 10_000_000;

    public static readonly TimeSpan LongestRescanInterval = TimeSpan.FromDays(366);

    public static OrganisationLimits None { get; } = new();

    /// <summary>Why a submission is too much, in a sentence; null if it is not.</summary>
    /// <param name="waiting">How many tasks of the organisation are in line.</param>
    public string? Problem(string organisation, int tasks, int waiting) => (MostTasks, MostWaiting) switch
    {
        ({ } most, _) when tasks > most => $"root: {tasks} tasks are more than the {most} that '{organisation}' may have in a collection",
        (_, { } most) when waiting + tasks > most =>
            $"organisation: '{organisation}' has {waiting} tasks in line and may have {most}; submit these {tasks} later",
        _ => null,
    };

    /// <param name="at">When the same scan was submitted; null for just now.</param>
    public string RescanProblem(string organisation, TaskPlan scan, DateTime? at) =>
        $"{scan.Name}: the same '{scan.Kind}' was submitted {(at is { } time ? $"at {time:u}" : "just now")}; '{organisation}' lets "
            + $"{Duration.Write(RescanInterval ?? TimeSpan.Zero)} pass in between";
}
