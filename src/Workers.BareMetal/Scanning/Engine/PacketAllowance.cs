using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// What a scan may send at this moment, as its budget granted it: asked for every second beside the scan, and gone when no answer comes for some
/// seconds. Any thread may ask what it is.
/// </summary>
public sealed class PacketAllowance : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>While there is nothing to send by.</summary>
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>What is not given back runs out.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(2);

    private readonly IPacketBudget? _budget;
    private readonly double _wanted;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _ended = new();
    private readonly IReadOnlyList<NetworkRange> _networks;
    private readonly long _networkCount;
    private readonly Task _asking;
    private Held? _held;

    private PacketAllowance(IPacketBudget? budget, AddressSet targets, double wanted, TimeProvider clock)
    {
        (_budget, _wanted, _clock) = (budget, wanted, clock);
        _networks = TargetNetwork.RangesOf(targets);
        _networkCount = _networks.Sum(range => range.End - range.First);
        _asking = budget is null ? Task.CompletedTask : AskOnAsync(budget);
    }

    public static PacketAllowance Unlimited { get; } = new(null, AddressSet.Empty, double.PositiveInfinity, TimeProvider.System);

    public bool IsLimited => _budget is not null;

    public PacketGrant Now =>
        _budget is null ? PacketGrant.Unlimited
        : Volatile.Read(ref _held) is { } held && _clock.GetTimestamp() < held.Until ? held.Grant
        : PacketGrant.None;

    /// <param name="budget">Null where there is none to keep to.</param>
    /// <param name="targets">What gets packets.</param>
    /// <param name="wanted">Packets per second that the scan was told.</param>
    public static PacketAllowance Start(IPacketBudget? budget, AddressSet targets, double wanted, TimeProvider clock) =>
        budget is null ? Unlimited : new(budget, targets, wanted, clock);

    /// <summary>Once nothing is sent any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_budget is null)
            return;
        await _ended.CancelAsync();
        await _asking;
        try
        {
            using var limit = new CancellationTokenSource(ReleaseLimit, _clock);
            await _budget.ReleaseAsync(limit.Token);
        }
        catch (Exception)
        {
            // It runs out by itself.
        }
        _ended.Dispose();
    }

    private async Task AskOnAsync(IPacketBudget budget)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var (askedAt, before) = (_clock.GetTimestamp(), Now);
                var grant = await budget.AskAsync(new(_networks, _wanted, before), _ended.Token);
                // No faster than all networks together may get it, so that probes do not wait for each other.
                var usable = grant with { Total = Math.Min(grant.Total, grant.PerNetwork * _networkCount) };
                Volatile.Write(ref _held, new(usable, askedAt + Ticks(IPacketBudget.LeaseTime)));
                // Told at once, since others wait for what is no longer held.
                if (usable.PerNetwork < before.PerNetwork || usable.Total < before.Total)
                    continue;
            }
            catch (Exception)
            {
                // What is held runs out: a budget that says nothing allows nothing.
            }
            await Task.WhenAny(Task.Delay(Now.IsNone ? ShortInterval : Interval, _clock, _ended.Token));
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);

    private sealed record Held(PacketGrant Grant, long Until);
}
