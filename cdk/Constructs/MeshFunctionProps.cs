namespace TaskMesh.Cdk.Constructs;

/// <param name="Assembly">The executable assembly, which runs Lambda's loop itself.</param>
public sealed record MeshFunctionProps(string Assembly, TimeSpan Timeout, int MemoryMiB, Dictionary<string, string> Environment)
{
    /// <summary>Null outside our network.</summary>
    public Network? Network { get; init; }

    public int? Concurrency { get; init; }

    /// <summary>Of another function, where two share one.</summary>
    public string? Package { get; init; }
}
