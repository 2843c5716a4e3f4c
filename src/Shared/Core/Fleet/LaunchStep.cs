namespace TaskMesh.Core.Fleet;

/// <summary>What a refusal leads to.</summary>
public enum LaunchStep
{
    /// <summary>The next cell that memory does not rule out.</summary>
    NextCell,

    /// <summary>The same request with the same token: no other before its outcome is known.</summary>
    AskAgain,

    /// <summary>No launch by anybody for a while that grows.</summary>
    SlowDown,

    /// <summary>No launch by anybody until somebody has seen to it, or the time for another look has come; an alarm.</summary>
    Stop,

    /// <summary>The instance that has this token, if there is one, is the intent's.</summary>
    LookForInstance,
}
