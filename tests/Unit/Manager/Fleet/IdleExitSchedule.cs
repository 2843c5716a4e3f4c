using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>
/// Workers leave after their idle time, and tasks come in that very moment: the product's launcher and reconciler with workers that take the steps of
/// its loop, one at a time, in one order out of many. A machine takes 20 s to boot and up to 10 s to end.
/// </summary>
internal sealed class IdleExitSchedule
{
    private const int Tasks = 3;

    private static readonly TimeSpan Boot = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(60);

    private readonly Random _random;
    private readonly Interleaving _steps;
    private readonly ManualClock _clock = new();
    private readonly MemoryLedger _ledger;
    private readonly ScriptedCloud _cloud;
    private readonly IdleQueue _queue;
    private readonly FleetLauncher _launcher;
    private readonly FleetReconciler _reconciler;
    private readonly HashSet<string> _started = [];
    private readonly Dictionary<int, DateTimeOffset> _undelivered = [];
    private readonly List<TimeSpan> _waits = [];
    private int _managing;

    public IdleExitSchedule(int seed)
    {
        _random = new Random(seed);
        _steps = new Interleaving(_random);
        var cap = _random.Next(1, 4);
        _ledger = new MemoryLedger(cap, _steps.StepAsync, _clock.GetUtcNow);
        _cloud = new ScriptedCloud(_ => null, _clock.GetUtcNow);
        _queue = new IdleQueue(_steps.StepAsync, _clock);
        var log = new ManagerLog(NullLogger.Instance);
        var settings = FleetRig.Default with { MaxWorkers = cap };
        _launcher = new FleetLauncher(_ledger, _cloud, settings, new IdSource(_clock, _random), _clock, _random, log);
        _reconciler = new FleetReconciler(_ledger, _cloud, _launcher, settings, _clock, log);
    }

    /// <returns>How long each task waited for a worker, and how many workers there were.</returns>
    public (IReadOnlyList<TimeSpan> Waits, int Workers) Run()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new InterleavingContext(_steps));
        try
        {
            _ = TickAsync();
            for (var task = 0; task < Tasks; task++)
            {
                _ = SubmitAsync(task);
                // The next one comes when the worker's idle time is over, give or take.
                PassUntil(() => _undelivered.Count == 0);
                Pass(Idle + TimeSpan.FromMilliseconds(_random.Next(-400, 1_500)));
            }
            PassUntil(() => _undelivered.Count == 0);
            return (_waits, _started.Count);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private async Task SubmitAsync(int task)
    {
        await _steps.StepAsync();
        _undelivered[task] = _clock.GetUtcNow();
        _ledger.Work++;
        await _steps.StepAsync();
        _queue.Add(task);
        await ManageAsync(() => _launcher.EnsureWorkersAsync(CancellationToken.None));
    }

    private async Task TickAsync()
    {
        while (true)
        {
            await Task.Delay(Tick, _clock);
            await ManageAsync(LookAsync);
        }
    }

    private async Task<TimeSpan?> LookAsync()
    {
        await _reconciler.ReconcileAsync(CancellationToken.None);
        return await _launcher.EnsureWorkersAsync(CancellationToken.None);
    }

    private async Task ManageAsync(Func<Task<TimeSpan?>> work)
    {
        _managing++;
        for (var wait = await work(); wait is { } again; wait = await LookAsync())
            await Task.Delay(again, _clock);
        _managing--;
    }

    /// <summary>The worker of a machine, from its boot to its end, with the steps of the product's loop.</summary>
    private async Task LiveAsync(FleetInstance instance)
    {
        await Task.Delay(Boot, _clock);
        if (!_ledger.Heartbeat(instance.Id))
            return;
        var lastWork = _clock.GetUtcNow();
        while (true)
        {
            var isLast = false;
            var task = await _queue.ReceiveAsync(Poll);
            if (task is null && _clock.GetUtcNow() - lastWork >= Idle)
            {
                await _steps.StepAsync();
                isLast = _ledger.Drain(instance.Id, _undelivered.Count);
                task = isLast ? await _queue.ReceiveAsync(TimeSpan.Zero) : null;
            }
            if (task is { } received)
            {
                await WorkAsync(received);
                lastWork = _clock.GetUtcNow();
            }
            else if (isLast)
            {
                break;
            }
        }
        await Task.Delay(TimeSpan.FromSeconds(_random.Next(10)), _clock);
        var place = _cloud.Instances.FindIndex(known => known.Id == instance.Id);
        _cloud.Instances[place] = _cloud.Instances[place] with { State = "terminated" };
    }

    private async Task WorkAsync(int task)
    {
        await _steps.StepAsync();
        _waits.Add(_clock.GetUtcNow() - _undelivered[task]);
        _undelivered.Remove(task);
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1_000)), _clock);
        _ledger.Work--;
    }

    private void PassUntil(Func<bool> isTrue)
    {
        for (var seconds = 0; !isTrue() && seconds < 600; seconds++)
            Pass(TimeSpan.FromSeconds(1));
    }

    /// <summary>All that can go on at this moment does; then time goes by, in small pieces while the Manager is at work.</summary>
    private void Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero;)
        {
            foreach (var instance in _cloud.Instances.Where(instance => _started.Add(instance.Id)).ToArray())
                _ = LiveAsync(instance);
            var steps = _random.Next(1, 8);
            while (!_steps.IsIdle && (steps-- > 0 || _managing == 0))
                _steps.RunOne(0);
            var piece = _steps.IsIdle ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromMilliseconds(_random.Next(1, 50));
            piece = piece < left ? piece : left;
            _clock.Advance(piece);
            left -= piece;
            foreach (var slot in _ledger.Slots.Where(slot => slot.State is "live" or "draining").ToArray())
                _ledger.Heartbeat(slot.Instance!);
        }
    }
}
