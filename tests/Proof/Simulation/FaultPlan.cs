using TaskMesh.LocalCloud.Faults;

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

/// <summary>What goes wrong under one seed. Every seed has its own mix.</summary>
internal sealed class FaultPlan
{
    private readonly FaultSource _source;
    private readonly Dictionary<Fault, double> _rates;

    public FaultPlan(int seed)
    {
        _source = new FaultSource(seed);
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
    public bool Active
    {
        get => _source.Active;
        set => _source.Active = value;
    }

    public int Count => _source.Counts.Values.Sum();

    public bool Hits(Fault fault, string what) => _source.Hits($"{fault}", _rates[fault], what);

    /// <summary>A number from 0 to 1, another one each time that the same is asked.</summary>
    public double Draw(string what) => _source.Draw(what);

    /// <summary>Some faults are absent from some seeds, so that one does not hide what another would show.</summary>
    private double Weight(Fault fault) => (int)(_source.Fixed($"{fault}") * 4) switch
    {
        0 => 0.2,
        1 => 0.5,
        2 => 1,
        _ => 2,
    };
}
