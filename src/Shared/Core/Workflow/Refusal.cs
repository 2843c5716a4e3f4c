namespace TaskMesh.Core.Workflow;

/// <summary>Why a submission is not accepted: every fault at once, each naming field and rule.</summary>
public sealed record Refusal(RefusalCause Cause, IReadOnlyList<string> Problems)
{
    public override string ToString() => string.Join("; ", Problems);
}

public enum RefusalCause
{
    /// <summary>The submission is malformed.</summary>
    Input,

    /// <summary>It aims at something that may not be scanned.</summary>
    Scope,
}
