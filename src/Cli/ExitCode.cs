namespace TaskMesh.Cli;

/// <summary>What the command's exit code means; from 64 on as in sysexits(3).</summary>
public static class ExitCode
{
    public const int Success = 0;
    public const int InternalError = 1;

    /// <summary>Something does not work, as `taskmesh doctor` has found.</summary>
    public const int Unwell = 1;

    public const int Usage = 2;

    /// <summary>The work ended with failures.</summary>
    public const int Failures = 3;

    /// <summary>Refused by scope, policy or cost guard.</summary>
    public const int Refused = 4;

    /// <summary>Waiting timed out; the work goes on.</summary>
    public const int WaitTimedOut = 5;

    /// <summary>Queue, database or AWS cannot be reached.</summary>
    public const int Unavailable = 69;

    public const int Permission = 77;
    public const int Configuration = 78;
    public const int Interrupted = 130;
}
