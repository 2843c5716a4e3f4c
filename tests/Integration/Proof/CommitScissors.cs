using TaskMesh.Proof.Wire;

namespace TaskMesh.Integration.Proof;

/// <summary>Cuts the line at the next commit: it is carried out, and its client does not learn it.</summary>
internal sealed class CommitScissors : IWireJudge
{
    private int _armed;

    public bool IsArmed => Volatile.Read(ref _armed) == 1;

    public void CutNext() => Volatile.Write(ref _armed, 1);

    public bool CutsBefore() => false;

    public bool CutsCommitted() => Interlocked.Exchange(ref _armed, 0) == 1;

    public bool CutsAfter() => false;
}
