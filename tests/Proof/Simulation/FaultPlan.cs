using System.Runtime.InteropServices;

namespace TaskMesh.Proof.Simulation;

/// <summary>What goes wrong.</summary>
internal enum Fault
{
    /// <summary>A message is there twice or thrice.</summary>
    Duplicate,

    /// <summary>A message comes late, behind those that were sent after it.</summary>
    Delay,

    /// <summary>A delete is confirmed and deletes nothing.</summary>
    LostAck,

    /// <summary>A message arrives and its sender hears that it did not.</summary>
    LostReply,

    /// <summary>An entry of a batch is not taken.</summary>
    Refused,

    /// <summary>A process ends without a word.</summary>
    Death,

    /// <summary>A process stands still for longer than its leases live.</summary>
    Pause,

    /// <summary>The server ends connections.</summary>
    Cut,
}

/// <summary>
/// Decides by hash of the seed and of what is concerned, never by the order of calls: the same seed brings the same faults however the database's
/// replies fall. Every seed has its own mix.
/// </summary>
internal sealed class FaultPlan
{
    private readonly int _seed;
    private readonly Dictionary<Fault, double> _rates;
    private readonly Dictionary<string, int> _asked = [];

    public FaultPlan(int seed)
    {
        _seed = seed;
        _rates = new Dictionary<Fault, double>
        {
            [Fault.Duplicate] = 0.05 * Weight(Fault.Duplicate),
            [Fault.Delay] = 0.05 * Weight(Fault.Delay),
            [Fault.LostAck] = 0.05 * Weight(Fault.LostAck),
            [Fault.LostReply] = 0.02 * Weight(Fault.LostReply),
            [Fault.Refused] = 0.05 * Weight(Fault.Refused),
            [Fault.Death] = 0.01 * Weight(Fault.Death),
            [Fault.Pause] = 0.004 * Weight(Fault.Pause),
            [Fault.Cut] = 0.01 * Weight(Fault.Cut),
        };
    }

    /// <summary>Ends at a time of the run, so that liveness can be asked for.</summary>
    public bool Active { get; set; } = true;

    public int Count { get; private set; }

    public bool Hits(Fault fault, string what)
    {
        if (!Active || Draw($"{fault}/{what}") >= _rates[fault])
            return false;
        Count++;
        return true;
    }

    /// <summary>A number from 0 to 1, another one each time that the same is asked.</summary>
    public double Draw(string what)
    {
        ref var times = ref CollectionsMarshal.GetValueRefOrAddDefault(_asked, what, out _);
        return Hash($"{what}/{times++}");
    }

    /// <summary>Some faults are absent from some seeds, so that one does not hide what another would show.</summary>
    private double Weight(Fault fault) => (int)(Hash($"{fault}") * 4) switch
    {
        0 => 0.2,
        1 => 0.5,
        2 => 1,
        _ => 2,
    };

    /// <summary>FNV-1a, with the finish of MurmurHash3 so that similar texts lie far apart.</summary>
    private double Hash(string what)
    {
        var hash = 14695981039346656037UL ^ unchecked((ulong)_seed * 0x9E3779B97F4A7C15UL);
        foreach (var character in what)
            hash = (hash ^ character) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return ((hash ^ (hash >> 33)) >> 11) / (double)(1UL << 53);
    }
}
