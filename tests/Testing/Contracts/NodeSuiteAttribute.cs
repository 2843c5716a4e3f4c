namespace TaskMesh.Testing.Contracts;

/// <summary>A suite that needs Node.js.</summary>
/// <param name="from">The lowest major version that will do.</param>
public sealed class NodeSuiteAttribute(int from) : SkipSuiteAttribute
{
    public override string? Reason => NodeJs.WhyNot(from);
}
