namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>What a packet that came in says about a question.</summary>
public enum Verdict : byte
{
    /// <summary>It does not prove that it answers one of our probes, so it says nothing.</summary>
    Unproven,

    /// <summary>The answer that was hoped for: an open port, a certificate, a record.</summary>
    Open,

    /// <summary>The target itself refuses.</summary>
    Closed,

    /// <summary>Something on the way says that the target cannot be reached (ICMP).</summary>
    Filtered,

    /// <summary>Whoever was asked cannot answer. The question is asked again, and ends so when nobody knows better.</summary>
    Failed,

    /// <summary>It is an answer, and not the last: the question stays open.</summary>
    Pending,
}
