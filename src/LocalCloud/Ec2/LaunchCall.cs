namespace TaskMesh.LocalCloud.Ec2;

/// <summary>One RunInstances as it came, and what became of it.</summary>
/// <param name="Answer">"launched" or an error code.</param>
/// <param name="ReplyLost">Whether the caller never heard the answer.</param>
public sealed record LaunchCall(
    DateTimeOffset At, string? InstanceType, string? Subnet, string Market, string? ClientToken, string Answer, bool ReplyLost);
