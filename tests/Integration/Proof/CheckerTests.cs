using TaskMesh.Core.Workflow;
using TaskMesh.Proof.Checking;

namespace TaskMesh.Integration.Proof;

/// <summary>A checker that never finds anything proves nothing: each count rises when a history is made bad by hand.</summary>
public class CheckerTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Root = Id(100);

    private static History Good { get; } = new()
    {
        Submissions = [new Submission(Root, 2, 0, TaskState.Succeeded)],
        Tasks = [Task(1, 0), Task(2, 1)],
        Containers = [new ContainerRow(Root, Root, null, 0, Sequential: true, 2, TaskState.Succeeded, 2)],
        Moves =
        [
            Move(1, 1, TaskState.Pending, 0), Move(2, 2, TaskState.Pending, 0),
            Move(3, 1, TaskState.Dispatched, 1), Move(4, 1, TaskState.Running, 1), Move(6, 1, TaskState.Succeeded, 1),
            Move(7, 2, TaskState.Dispatched, 1), Move(8, 2, TaskState.Running, 1), Move(10, 2, TaskState.Succeeded, 1),
        ],
        Effects = [new Effect(5, Id(1), 1, At(5)), new Effect(9, Id(2), 1, At(9))],
        Closings = [new Closing(11, Root, TaskState.Succeeded, At(11))],
        Faults = 7,
    };

    /// <summary>What was made bad, and which count rises.</summary>
    public static TheoryData<string, string> Bad => new()
    {
        { nameof(Report.Lost), "collection gone" },
        { nameof(Report.Lost), "task gone" },
        { nameof(Report.Lost), "task failed" },
        { nameof(Report.Lost), "output gone" },
        { nameof(Report.Lost), "effect gone" },
        { nameof(Report.Lost), "message refused" },
        { nameof(Report.DoubleApplied), "effect twice" },
        { nameof(Report.DoubleApplied), "ended twice" },
        { nameof(Report.DoubleApplied), "taken over alive" },
        { nameof(Report.DoubleApplied), "counted twice" },
        { nameof(Report.DoubleApplied), "closed twice" },
        { nameof(Report.DoubleApplied), "created twice" },
        { nameof(Report.ZombieApplied), "late effect" },
        { nameof(Report.ZombieApplied), "effect after cancel" },
        { nameof(Report.ZombieApplied), "attempt went back" },
        { nameof(Report.Stuck), "task open" },
        { nameof(Report.Stuck), "container open" },
        { nameof(Report.Stuck), "slot held" },
        { nameof(Report.EarlyClosed), "closed before its last child" },
        { nameof(Report.EarlyClosed), "closed without a child" },
        { nameof(Report.EarlyClosed), "second before first" },
        { nameof(Report.DlqFromOutage), "dead letter" },
        { nameof(Report.DlqFromOutage), "failure counted" },
    };

    [Fact]
    public void A_good_history_is_clean()
    {
        var report = Checker.Check(Good);

        Assert.Empty(report.Findings);
        Assert.Equal(
            """{"tasks":2,"faults":7,"lost":0,"double_applied":0,"zombie_applied":0,"stuck":0,"early_closed":0,"dlq_from_outage":0"""
            + ""","extra_executions_pct":0,"recovery_ms_p50":null,"recovery_ms_p99":null}""",
            report.ToJson());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_history_raises_its_count(string count, string what)
    {
        var report = Checker.Check(Spoil(what));

        Assert.NotEqual(0, typeof(Report).GetProperty(count)!.GetValue(report));
    }

    [Fact]
    public void An_execution_in_vain_is_extra_and_the_way_back_from_a_killed_worker_is_timed()
    {
        var history = Good with
        {
            Moves =
            [
                .. After(4, Move(4, 1, TaskState.Running, 2, at: 26)).Select(
                    move => move is { State: TaskState.Succeeded } && move.Task == Id(1) ? move with { Attempt = 2 } : move),
            ],
            Effects = [new Effect(5, Id(1), 2, At(27)), Good.Effects[1]],
            Tasks = [Task(1, 0) with { Attempt = 2 }, Good.Tasks[1]],
            Kills = [new Kill("w4", At(5))],
        };

        var report = Checker.Check(history);

        Assert.True(report.IsClean, string.Join('\n', report.Findings));
        Assert.Equal((50, 21_000), (report.ExtraExecutionsPct, report.RecoveryMsP99));
    }

    [Fact]
    public void Yields_and_planned_failures_are_no_extra_executions_and_lost_workers_are()
    {
        var moves = After(
            4,
            Move(4, 1, TaskState.Pending, 1, reason: Checker.Yielded), Move(4, 1, TaskState.Running, 2, at: 30),
            Move(4, 1, TaskState.Pending, 2, reason: "worker lost: the lease of w4 expired", at: 60), Move(4, 1, TaskState.Running, 3, at: 61));

        Assert.Equal(33.33, Checker.Check(Good with { Moves = moves }).ExtraExecutionsPct);
    }

    private static History Spoil(string what) => what switch
    {
        "collection gone" => Good with { Containers = [], Tasks = [] },
        "task gone" => Good with { Tasks = [Good.Tasks[0]] },
        "task failed" => WithFirst(task => task with { State = TaskState.Failed }),
        "output gone" => WithFirst(task => task with { HasOutput = false }),
        "effect gone" => Good with { Effects = [Good.Effects[1]] },
        "message refused" => Good with { Refused = ["from another timeline"] },
        "effect twice" => Good with { Effects = [Good.Effects[0], .. Good.Effects] },
        "ended twice" => Good with { Moves = After(6, Move(6, 1, TaskState.Failed, 1)) },
        "taken over alive" => Good with { Moves = After(4, Move(4, 1, TaskState.Running, 2)) },
        "counted twice" => Good with { Containers = [Good.Containers[0] with { Counted = 3 }] },
        "closed twice" => Good with { Closings = [.. Good.Closings, .. Good.Closings] },
        "created twice" => Good with { Tasks = [.. Good.Tasks, Task(3, 0) with { Collection = Id(101), Container = Id(101) }] },
        "late effect" => Good with { Effects = [.. Good.Effects, new Effect(12, Id(1), 1, At(12))] },
        "effect after cancel" => Good with { Closings = [new Closing(3, Root, TaskState.Cancelled, At(3))] },
        "attempt went back" => Good with { Moves = After(2, Move(2, 1, TaskState.Pending, 5)) },
        "task open" => WithFirst(task => task with { State = TaskState.Running }),
        "container open" => Good with { Containers = [Good.Containers[0] with { State = TaskState.Running }] },
        "slot held" => Good with { SlotsHeld = 1 },
        "closed before its last child" => Good with { Closings = [new Closing(9, Root, TaskState.Succeeded, At(9))] },
        "closed without a child" => Good with { Containers = [Good.Containers[0] with { Children = 3 }] },
        "second before first" => Good with { Moves = [Move(0, 2, TaskState.Dispatched, 1), .. Good.Moves] },
        "dead letter" => Good with { DeadLetters = 1 },
        "failure counted" => WithFirst(task => task with { Failures = 1 }),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static History WithFirst(Func<TaskRow, TaskRow> change) => Good with { Tasks = [change(Good.Tasks[0]), Good.Tasks[1]] };

    private static MoveEvent[] After(long number, params MoveEvent[] more) =>
        [.. Good.Moves.TakeWhile(move => move.Number <= number), .. more, .. Good.Moves.SkipWhile(move => move.Number <= number)];

    private static TaskRow Task(int id, int ordinal) =>
        new(Id(id), Root, Root, ordinal, TaskState.Succeeded, 1, 0, Leased: true, HasOutput: true);

    private static MoveEvent Move(long number, int task, TaskState state, int attempt, string? reason = null, int? at = null) =>
        new(number, Id(task), state, attempt, At(at ?? number), $"w{number}", reason);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static DateTimeOffset At(long seconds) => Start.AddSeconds(seconds);
}
