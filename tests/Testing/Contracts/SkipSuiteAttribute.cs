namespace TaskMesh.Testing.Contracts;

/// <summary>A suite that a host may be unable to run.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class SkipSuiteAttribute : Attribute
{
    /// <summary>Why not; null if it can.</summary>
    public abstract string? Reason { get; }
}
