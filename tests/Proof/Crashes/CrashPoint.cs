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

    /// <summary>Where death is carried out that comes over the wire: the line is cut at once, and its thread waits for nobody.</summary>
    public SynchronizationContext? Pump { get; set; }

    /// <summary>A boundary on the process's own thread.</summary>
    public void Step()
    {
        if (IsChosen())
            Die();
    }

    bool IWireJudge.CutsBefore() => CutsHere();

    bool IWireJudge.CutsCommitted() => CutsHere();

    bool IWireJudge.CutsAfter() => CutsHere();

    private bool CutsHere()
    {
        if (!IsChosen())
            return false;
        Pump!.Post(_ => Die(), null);
        return true;
    }

    private bool IsChosen() => Interlocked.Increment(ref _passed) == chosen;
}
