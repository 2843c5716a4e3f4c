using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Testing;

/// <summary>A test that sends raw packets, skipped with the reason where this process may not.</summary>
public sealed class RawSocketFactAttribute : FactAttribute
{
    public RawSocketFactAttribute() => Skip = RawSocketPrivilege.Problem();
}
