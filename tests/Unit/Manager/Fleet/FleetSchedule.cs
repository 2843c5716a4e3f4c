using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>Sixty-four Managers that launch and tidy up at the same time, in one order out of many, with faults and deaths; then calm.</summary>
internal sealed class FleetSchedule
{
    private const int Managers = 64;
    private const double Death = 0.01;

    private static readonly FleetSettings Base = FleetRig.Default with
    {
        Cells = LaunchPlan.Cells(["t4g.small", "c7g.medium"], ["subnet-a", "subnet-b"]),
    };

    /// <summary>Lambda ends an invocation that takes longer; only so is an answer that was not written never written.</summary>
    private static readonly TimeSpan Invocation = TimeSpan.FromSeconds(60);

    private readonly AsyncLocal<DateTimeOffset> _begun = new();
    private readonly Random _random;
    private readonly Interleaving _steps;
    private readonly ManualClock _clock = new();
    private readonly MemoryLedger _ledger;
    private readonly UnreliableCloud _cloud;
    private readonly FleetLauncher _launcher;
    private readonly FleetReconciler _reconciler;
    private readonly int _cap;

    public FleetSchedule(int seed)
    {
        _random = new Random(seed);
        _steps = new Interleaving(_random);
        _cap = _random.Next(1, 7);
        _ledger = new MemoryLedger(_cap, StepAsync, _clock.GetUtcNow);
        _cloud = new UnreliableCloud(_cap, StepAsync, _clock.GetUtcNow, IsFresh, _random);
        var settings = Base with { MaxWorkers = _cap };
        var log = new ManagerLog(NullLogger.Instance);
        _launcher = new FleetLauncher(_ledger, _cloud, settings, new IdSource(_clock, _random), _clock, _random, log);
        _reconciler = new FleetReconciler(_ledger, _cloud, _launcher, settings, _clock, log);
    }

    /// <returns>What went wrong, and how many calls and launches there were.</returns>
    public (IReadOnlyList<string> Violations, int Calls, int Launches) Run()
    {
        for (var begun = 0; begun < Managers || !_steps.IsIdle;)
        {
            var chance = _random.NextDouble();
            if (chance < 0.1 && begun < Managers)
                _ = BeginAsync(begun++);
            else if (chance < 0.13)
                Pass(TimeSpan.FromSeconds(_random.Next(1, 90)));
            else if (!_steps.IsIdle)
                _steps.RunOne(Death);
            if (_random.NextDouble() < 0.02)
                _ledger.Work = _random.Next(0, 40);
        }
        Calm();
        return (_cloud.Violations, _cloud.Calls, _cloud.Machines.Count);
    }

    private async Task BeginAsync(int manager)
    {
        _begun.Value = _clock.GetUtcNow();
        await (manager % 3 == 0 ? _reconciler.ReconcileAsync(CancellationToken.None) : _launcher.EnsureWorkersAsync(CancellationToken.None));
    }

    private Task StepAsync()
    {
        var end = _begun.Value == default ? DateTimeOffset.MaxValue : _begun.Value + Invocation;
        return _steps.StepAsync(() => _clock.GetUtcNow() > end);
    }

    private void Calm()
    {
        _cloud.IsFaulty = false;
        _ledger.Work = 100;
        for (var minute = 0; minute < 30; minute++)
        {
            Pass(TimeSpan.FromMinutes(1));
            Finish(_reconciler.ReconcileAsync(CancellationToken.None));
            Finish(_launcher.EnsureWorkersAsync(CancellationToken.None));
        }
        var alive = _cloud.Machines.Where(machine => machine.State != "terminated").Select(machine => machine.Id).Order().ToArray();
        var known = _ledger.Slots.Select(slot => slot.Instance).OfType<string>().Order().ToArray();
        if (!alive.SequenceEqual(known) || alive.Length != _cap)
            _cloud.Violations.Add($"{alive.Length} alive, {known.Length} in slots, a cap of {_cap}");
        if (_ledger.Intents.Count(intent => intent.Outcome is null) is > 0 and var open)
            _cloud.Violations.Add($"{open} intents are open");
    }

    private void Finish(Task<TimeSpan?> run)
    {
        while (!run.IsCompleted)
            _steps.RunOne(0);
    }

    /// <summary>Time goes by: machines end, workers speak, leave or are lost.</summary>
    private void Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10))
        {
            _clock.Advance(left < TimeSpan.FromSeconds(10) ? left : TimeSpan.FromSeconds(10));
            _cloud.Pass();
            foreach (var machine in _cloud.Machines.Where(machine => machine.State == "running" && machine.SpeaksAt <= _clock.GetUtcNow()).ToArray())
            {
                if (!_ledger.Heartbeat(machine.Id) || _cloud.IsFaulty && _random.NextDouble() < 0.01 || _ledger.Drain(machine.Id, _ledger.Work))
                    _cloud.End(machine);
            }
        }
    }

    private bool IsFresh(string instance) =>
        _ledger.Workers.TryGetValue(instance, out var seen) && seen is { } at && _clock.GetUtcNow() - at < TimeSpan.FromSeconds(60)
        && _cloud.Machines.Exists(machine => machine.Id == instance && machine.State == "running");
}
