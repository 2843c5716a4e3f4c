namespace TaskMesh.Proof.Wire;

/// <summary>Cuts nothing.</summary>
public sealed class SoundWire : IWireJudge
{
    public bool CutsBefore() => false;

    public bool CutsCommitted() => false;

    public bool CutsAfter() => false;
}
