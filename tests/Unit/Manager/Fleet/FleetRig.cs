using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>A launcher and a reconciler on a ledger in memory, on a clock that the test moves.</summary>
internal sealed class FleetRig
{
    public FleetRig(Func<LaunchRequest, LaunchAnswer?> script, Func<FleetSettings, FleetSettings>? change = null, int cap = 5)
    {
        Ledger = new MemoryLedger(cap, () => Task.CompletedTask, () => Clock.GetUtcNow()) { Work = 1 };
        Cloud = new ScriptedCloud(script, () => Clock.GetUtcNow());
        Settings = change?.Invoke(Default with { MaxWorkers = cap }) ?? Default with { MaxWorkers = cap };
        var log = new ManagerLog(NullLogger.Instance);
        Launcher = new FleetLauncher(Ledger, Cloud, Settings, new IdSource(Clock, new Random(1)), Clock, new Random(1), log);
        Reconciler = new FleetReconciler(Ledger, Cloud, Launcher, Settings, Clock, log);
    }

    public static FleetSettings Default { get; } = new(
        5,
        4,
        "taskmesh-bare-metal-worker",
        "$Latest",
        "t4g.micro",
        LaunchPlan.Cells(["t4g.small", "c7g.medium"], ["subnet-a", "subnet-b"], spot: true),
        TimeSpan.FromMinutes(5),
        null,
        CostGuard.None);

    public ManualClock Clock { get; } = new();

    public MemoryLedger Ledger { get; }

    public ScriptedCloud Cloud { get; }

    public FleetSettings Settings { get; }

    public FleetLauncher Launcher { get; }

    public FleetReconciler Reconciler { get; }

    public Task<TimeSpan?> EnsureAsync() => Launcher.EnsureWorkersAsync(CancellationToken.None);

    /// <summary>The minute's tick.</summary>
    public async Task TickAsync(TimeSpan after)
    {
        Clock.Advance(after);
        await Reconciler.ReconcileAsync(CancellationToken.None);
        await EnsureAsync();
    }
}
