using System.Collections.Concurrent;

namespace TaskMesh.LocalCloud.Faults;

/// <summary>
/// Decides where a fault hits: by hash of a seed and of what is concerned, never by the order of calls, so that the same seed brings the same
/// faults however threads and replies fall.
/// </summary>
public sealed class FaultSource(int seed)
{
    private readonly ConcurrentDictionary<ulong, int> _asked = [];
    private readonly ConcurrentDictionary<string, int> _counts = [];
    private volatile bool _active = true;

    /// <summary>False ends all faults, so that what they left behind can be seen to come right.</summary>
    public bool Active
    {
        get => _active;
        set => _active = value;
    }

    /// <summary>How often each fault has hit.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <param name="share">From 0, never, to 1, always.</param>
    /// <param name="what">Who is concerned; asked again, the same may get another answer.</param>
    public bool Hits(string fault, double share, string what)
    {
        if (share <= 0 || !_active || Draw($"{fault}/{what}") >= share)
            return false;
        _counts.AddOrUpdate(fault, 1, (_, count) => count + 1);
        return true;
    }

    /// <summary>A number from 0 to 1, another one each time that the same is asked.</summary>
    public double Draw(string what)
    {
        var times = _asked.AddOrUpdate(Hash(what), 0, (_, before) => before + 1);
        return Fixed($"{what}/{times}");
    }

    /// <summary>A number from 0 to 1, the same each time.</summary>
    public double Fixed(string what) => (Hash(what) >> 11) / (double)(1UL << 53);

    /// <summary>FNV-1a, with the finish of MurmurHash3 so that similar texts lie far apart.</summary>
    private ulong Hash(string what)
    {
        var hash = 14695981039346656037UL ^ unchecked((ulong)seed * 0x9E3779B97F4A7C15UL);
        foreach (var character in what)
            hash = (hash ^ character) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
