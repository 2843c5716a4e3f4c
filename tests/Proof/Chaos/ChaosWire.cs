using TaskMesh.LocalCloud.Faults;
using TaskMesh.Proof.Wire;

namespace TaskMesh.Proof.Chaos;

/// <summary>Cuts a share of the lines on which a commit is answered.</summary>
internal sealed class ChaosWire(FaultSource faults, double share) : IWireJudge
{
    public const string Fault = "cutCommits";

    public bool CutsBefore() => false;

    public bool CutsCommitted() => faults.Hits(Fault, share, "commit");

    public bool CutsAfter() => false;
}
