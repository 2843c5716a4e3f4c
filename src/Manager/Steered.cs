namespace TaskMesh.Manager;

/// <summary>What the control messages of a batch led to.</summary>
public sealed class Steered
{
    /// <summary>Slots given back, with the pools that may have something to dispatch now.</summary>
    public Dictionary<string, int> Freed { get; } = [];

    /// <summary>Containers that may be complete now.</summary>
    public HashSet<Guid> Touched { get; } = [];

    /// <summary>Messages to be handled with this batch.</summary>
    public List<ReadMessage> Replayed { get; } = [];

    /// <summary>New collections, with the task or collection whose work each does again.</summary>
    public List<(Guid Collection, Guid Of)> ReplayOf { get; } = [];

    public void Free(string pool) => Freed[pool] = Freed.GetValueOrDefault(pool) + 1;

    public void Ask(IEnumerable<string> pools)
    {
        foreach (var pool in pools)
            Freed.TryAdd(pool, 0);
    }
}
