using TaskMesh.Cli.Lab;

namespace TaskMesh.Testing;

/// <summary>As <see cref="LabFactAttribute"/>, for several cases.</summary>
public sealed class LabTheoryAttribute : TheoryAttribute
{
    public LabTheoryAttribute() => Skip = NetworkLab.Unavailable;
}
