using TaskMesh.Proof.Wire;

namespace TaskMesh.Proof.Crashes;

/// <summary>
/// The place where one process dies: the boundaries of everything that it says to the outside are counted, requests to PostgreSQL and
/// calls of queues alike, and at the chosen one it is over.
/// </summary>
/// <param name="process">Whose boundaries are counted.</param>
/// <param name="chosen">-1 only counts.</param>
internal sealed class CrashPoint(string process, int chosen) : IWireJudge
{
    private int _passed = -1;

    public string Process => process;

    /// <summary>How many boundaries there were.</summary>
    public int Count => _passed + 1;

    /// <summary>What death is; set by the process when it starts.</summary>
    public Action Die { get; set; } = () => { };

    /// <returns>Whether the process dies here.</returns>
    public bool Step()
    {
        if (Interlocked.Increment(ref _passed) != chosen)
            return false;
        Die();
        return true;
    }

    bool IWireJudge.CutsBefore() => Step();

    bool IWireJudge.CutsCommitted() => Step();

    bool IWireJudge.CutsAfter() => Step();
}
