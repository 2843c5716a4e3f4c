namespace TaskMesh.Testing;

/// <summary>A test that needs Node.js, skipped with its reason where that is missing or too old.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    /// <summary>The lowest major version that will do.</summary>
    public int From { get; set; } = 18;

    public override string? Skip
    {
        get => NodeJs.WhyNot(From);
        set => throw new NotSupportedException();
    }
}
