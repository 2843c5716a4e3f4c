using System.Collections.Frozen;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// The resolvers of a scan, and which of them are asked. Questions take turns, so each gets the same share; one that hardly answers is left out
/// until it is known to be well again.
/// </summary>
/// <remarks>Threads: the sender calls <see cref="Pick"/> and <see cref="IsBusy"/>, the receiver the others; anyone may look.</remarks>
public sealed class ResolverPool
{
    /// <summary>Fewer questions say nothing of a resolver.</summary>
    private const int EnoughAsked = 20;

    /// <summary>One that answers less than every tenth question is suspect.</summary>
    private const int LowestShare = 10;

    /// <summary>How much of a second may go out at once.</summary>
    private const double BurstSeconds = 0.02;

    private static readonly TimeSpan ObservationTime = TimeSpan.FromMilliseconds(500);

    private readonly Resolver[] _resolvers;
    private readonly FrozenDictionary<Address, int> _numbers;
    private readonly int _resolverRate;
    private readonly TimeProvider _clock;
    private readonly Lock _changing = new();
    private volatile Resolver[] _active;
    private double _tokens;
    private long _filledAt;
    private long _observedAt;

    /// <param name="resolverRate">Packets per second to each.</param>
    public ResolverPool(IEnumerable<Address> resolvers, int resolverRate, TimeProvider clock)
    {
        _resolvers = [.. resolvers.Distinct().Select((address, number) => new Resolver(address, number))];
        _numbers = _resolvers.ToFrozenDictionary(resolver => resolver.Address, resolver => resolver.Number);
        _active = _resolvers;
        _resolverRate = resolverRate;
        _clock = clock;
        _filledAt = _observedAt = clock.GetTimestamp();
    }

    public IReadOnlyList<Resolver> All => _resolvers;

    /// <summary>Those that are asked; none while all are suspect.</summary>
    public IReadOnlyList<Resolver> Active => _active;

    /// <summary>Asks for patience while each resolver has got its share, or none is well.</summary>
    public bool IsBusy
    {
        get
        {
            var active = _active.Length;
            var rate = (double)_resolverRate * active;
            var now = _clock.GetTimestamp();
            _tokens = Math.Min(Math.Max(rate * BurstSeconds, 1), _tokens + (_clock.GetElapsedTime(_filledAt, now).TotalSeconds * rate));
            _filledAt = now;
            return active == 0 || _tokens <= 0;
        }
    }

    /// <summary>Whom to ask, each time another one as far as there are several.</summary>
    public Resolver Pick(ulong index, int attempt)
    {
        var (active, turn) = (_active, index + (ulong)attempt);
        // Retries go on while none is well: one of them may be so again before anybody notices.
        var resolver = active.Length > 0 ? active[(int)(turn % (ulong)active.Length)] : Unwell(turn);
        resolver.Asked++;
        _tokens--;
        return resolver;
    }

    /// <summary>No liar, unless all are: then nobody believes the answer, and the scan ends.</summary>
    private Resolver Unwell(ulong turn)
    {
        var first = (int)(turn % (ulong)_resolvers.Length);
        for (var step = 0; step < _resolvers.Length; step++)
        {
            var resolver = _resolvers[(first + step) % _resolvers.Length];
            if (!resolver.Health.IsFinal)
                return resolver;
        }
        return _resolvers[first];
    }

    public bool TryFind(Address address, out Resolver resolver)
    {
        var isKnown = _numbers.TryGetValue(address, out var number);
        resolver = _resolvers[number];
        return isKnown;
    }

    /// <summary>
    /// Receiver, often: leaves out those that hardly answer. What was asked in one interval is compared with the answers in it and the next.
    /// </summary>
    public void Observe()
    {
        var now = _clock.GetTimestamp();
        if (_clock.GetElapsedTime(_observedAt, now) < ObservationTime)
            return;
        _observedAt = now;
        foreach (var resolver in _active)
        {
            var (asked, answered) = resolver.Observe();
            if (asked >= EnoughAsked && answered * LowestShare < asked)
                LeaveOut(resolver);
        }
    }

    public void LeaveOut(Resolver resolver)
    {
        lock (_changing)
            _active = [.. _active.Where(other => other != resolver)];
    }

    public void TakeBack(Resolver resolver)
    {
        lock (_changing)
            _active = [.. _active.Where(other => other != resolver).Append(resolver)];
    }
}
