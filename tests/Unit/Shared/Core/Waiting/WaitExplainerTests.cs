using TaskMesh.Core.Routing;
using TaskMesh.Core.Waiting;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Waiting;

public class WaitExplainerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Tick = Now.AddMinutes(1);
    private static readonly WaitingPool Full = new("internal", WorkerClass.Internal, 200, 200, 17, 0);
    private static readonly WaitingPool Raw = new("bare-metal", WorkerClass.BareMetal, 2, 0, 3, 0);
    private static readonly WaitingFleet Idle = new(5, 0, [], null, null);
    private static readonly WaitingFleet Refusing = new(5, 0, ["t4g.micro/subnet-a InsufficientInstanceCapacity"], Now.AddSeconds(-9), null);

    private static readonly WaitFacts Waiting =
        new(Now, TaskState.Pending, null, TaskState.Running, Released: true, [], null, Now.AddHours(1), Pool: Full);

    public static TheoryData<WaitFacts, WaitCause, string, long?, DateTimeOffset?> Causes => new()
    {
        {
            Waiting with { State = TaskState.Running, Worker = "w1", Packets = new(5000, 1000, 5000, 256, 0, 0, false) },
            WaitCause.Running, "It runs on w1.", null, null
        },
        {
            Waiting with { State = TaskState.Running, Worker = "w1", Packets = new(5000, 333.3, 5000, 1, 2, 2, false) },
            WaitCause.PacketRate,
            "It runs on w1. Told 5000 packets/s, it may send 333 to each /24 (IPv6: /48), shared with 2 other scans: `taskmesh limits network`.",
            null, null
        },
        {
            Waiting with { State = TaskState.Running, Worker = "w1", Packets = new(5000, 5000, 250, 9, 0, 1, false) },
            WaitCause.PacketRate,
            "It runs on w1. Told 5000 packets/s, it may send 250: its organisation's rate is shared with one other scan: "
                + "`taskmesh limits set --packets`.",
            null, null
        },
        { Waiting, WaitCause.Capacity, "Pool 'internal' has 200 tasks in flight and room for 200; it is number 17 in line.", 17, null },
        {
            Waiting with { Released = false, WaitsFor = ["scan", "import"] },
            WaitCause.Dependency, "It waits until 'scan', 'import' has ended.", null, null
        },
        {
            Waiting with { Released = false, MaxConcurrency = 3 },
            WaitCause.Concurrency, "Its container runs at most 3 at once, and that many do.", null, null
        },
        {
            Waiting with { Pool = null, Reason = "no-worker-for:net=dmz" },
            WaitCause.NoPool, "No pool serves it: no-worker-for:net=dmz. Configure one with these labels, or cancel it.", null, null
        },
        {
            Waiting with { Hold = new("organisation", "acme", null, "kim", "audit") },
            WaitCause.Pause, "Its organisation 'acme' is paused by kim: audit.", null, null
        },
        {
            Waiting with { Pool = Raw, Hold = new("scan-window", "acme", Now.AddHours(9), "calendar", "scan windows") },
            WaitCause.ScanWindow, "The scan windows of 'acme' are closed until 2026-01-15 21:00:00Z.", null, Now.AddHours(9)
        },
        {
            Waiting with { Pool = Raw, KillSwitch = true, Hold = new("scan-window", "acme", Now.AddHours(9), "calendar", "scan windows") },
            WaitCause.KillSwitch, "The kill switch is on: no probe is sent until `taskmesh kill-switch off`.", null, null
        },
        {
            Waiting with { State = TaskState.Dispatched, SentAt = Now, Pool = Raw, KillSwitch = true },
            WaitCause.KillSwitch, "The kill switch is on: no probe is sent until `taskmesh kill-switch off`.", null, null
        },
        {
            Waiting with { Rate = new("shodan", Now.AddSeconds(4)), WakeAt = Now.AddSeconds(4) },
            WaitCause.RateLimit, "The rate limit 'shodan' lets it go on at 2026-01-15 12:00:04Z.", null, Now.AddSeconds(4)
        },
        {
            Waiting with { Reason = "reset by peer", WakeAt = Now.AddSeconds(30) },
            WaitCause.BackOff, "It is tried again at 2026-01-15 12:00:30Z: reset by peer.", null, Now.AddSeconds(30)
        },
        {
            Waiting with { Reason = "yielded", WakeAt = Now.AddSeconds(30) },
            WaitCause.Yield, "It gave its slot back and goes on at 2026-01-15 12:00:30Z.", null, Now.AddSeconds(30)
        },
        {
            Waiting with { Pool = Raw, Fleet = Idle },
            WaitCause.NoWorker, "Pool 'bare-metal' has no worker; the next tick asks for one.", 3, Tick
        },
        {
            Waiting with { Pool = Raw, Fleet = Idle with { Cap = 0 } },
            WaitCause.NoWorker, "Pool 'bare-metal' has no worker, and MAX_BARE_METAL_WORKERS is 0: none is launched.", 3, null
        },
        {
            Waiting with { Pool = Raw with { Name = "dmz" } },
            WaitCause.NoWorker,
            "No worker of pool 'dmz' is connected, and none is launched for it: start one with TASKMESH_BARE_METAL_POOL=dmz.",
            3,
            null
        },
        {
            Waiting with { Pool = Raw, Fleet = Idle with { Launching = 1 } },
            WaitCause.Launching, "Pool 'bare-metal' has no worker yet; 1 asked for.", 3, Tick
        },
        {
            Waiting with { Pool = Raw, Fleet = Refusing },
            WaitCause.LaunchRefused,
            "No worker of pool 'bare-metal' could be launched at 2026-01-15 11:59:51Z: t4g.micro/subnet-a InsufficientInstanceCapacity. "
                + "The next tick asks again.",
            3,
            Tick
        },
        {
            Waiting with { Pool = Raw, Fleet = Refusing with { Held = "AuthFailure: no", HeldUntil = Now.AddSeconds(60) } },
            WaitCause.LaunchRefused, "No worker of pool 'bare-metal' may be launched until 2026-01-15 12:01:00Z: AuthFailure: no.", 3, Tick
        },
        {
            Waiting with { Pool = Raw, Fleet = Refusing with { CostCap = "cost-cap: 0.05 USD/h" } },
            WaitCause.CostCap, "No worker of pool 'bare-metal' may be launched: cost-cap: 0.05 USD/h.", 3, Tick
        },
        {
            Waiting with { Pool = Full with { InFlight = 0, Position = 1 } },
            WaitCause.Ready, "Nothing holds it back; it is number 1 in line, by 2026-01-15 12:01:00Z at the latest.", 1, Tick
        },
        {
            Waiting with { State = TaskState.Dispatched },
            WaitCause.Unsent,
            "The queue of pool 'internal' has not taken its message yet; it is sent again, by 2026-01-15 12:01:00Z at the latest.",
            null,
            Tick
        },
        {
            Waiting with { State = TaskState.Dispatched, SentAt = Now, LeaseUntil = Now.AddSeconds(5) },
            WaitCause.Queued,
            "Its message is in the queue of pool 'internal' since 2026-01-15 12:00:00Z and waits for a worker.",
            null,
            Now.AddSeconds(5)
        },
        { Waiting with { State = TaskState.Running, Worker = "w1", LeaseUntil = Now }, WaitCause.Running, "It runs on w1.", null, null },
        {
            Waiting with { State = TaskState.Running, Worker = "w1", LeaseUntil = Now.AddSeconds(-1) },
            WaitCause.LostLease,
            "Worker w1 was lost: its lease expired at 2026-01-15 11:59:59Z; who gets its message next takes it over, "
                + "by 2026-01-15 12:01:00Z at the latest.",
            null,
            Tick
        },
        {
            Waiting with { Deadline = Now },
            WaitCause.DeadlinePassed,
            "Its deadline passed at 2026-01-15 12:00:00Z: the next sweep ends it, by 2026-01-15 12:01:00Z at the latest.",
            null,
            Tick
        },
        {
            Waiting with { ContainerState = TaskState.Cancelled },
            WaitCause.Closed,
            "Its container is Cancelled: its work is refused and the next sweep ends it, by 2026-01-15 12:01:00Z at the latest.",
            null,
            Tick
        },
        {
            Waiting with { State = TaskState.PendingTaskCreation },
            WaitCause.Children, "It has generated its children and waits until all their messages have come.", null, null
        },
        { Waiting with { State = TaskState.Failed, Reason = "broken" }, WaitCause.Ended, "It has ended: Failed: broken.", null, null },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void Each_cause_is_named_with_its_place_and_time(
        WaitFacts facts, WaitCause cause, string sentence, long? position, DateTimeOffset? next) =>
        Assert.Equal(new Explanation(cause, sentence, position, next), WaitExplainer.Explain(facts));

    [Fact]
    public void Every_cause_is_told_by_some_test() =>
        Assert.Equal(Enum.GetValues<WaitCause>(), Causes.Select(row => (WaitCause)row[1]!).Distinct().Order());
}
