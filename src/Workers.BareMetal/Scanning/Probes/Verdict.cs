namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>What a packet that came in says about a target.</summary>
public enum Verdict
{
    /// <summary>It does not prove that it answers one of our probes, so it says nothing.</summary>
    Unproven,

    Open,

    Closed,
}
