using TaskMesh.Core.Execution;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Proof.Checking;

/// <summary>Holds a history against the promises of docs/reliability.md and counts where they were broken.</summary>
public sealed class Checker
{
    /// <summary>Failures that a task was told to have; they are no fault of the mesh.</summary>
    public const string Planned = "planned";

    /// <summary>The reason of a task that gave its slot back by itself.</summary>
    public const string Yielded = "yielded";

    private const int MostFindings = 20;

    /// <summary>A write that was under way when the cancel was committed may still come to its end.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(1);

    private readonly History _history;
    private readonly Dictionary<Guid, TaskRow> _tasks;
    private readonly ILookup<Guid, TaskRow> _byContainer;
    private readonly ILookup<Guid, ContainerRow> _byParent;
    private readonly Dictionary<Guid, MoveEvent[]> _moves;
    private readonly Dictionary<Guid, long> _closed;
    private readonly List<string> _findings = [];

    private Checker(History history)
    {
        _history = history;
        _tasks = history.Tasks.ToDictionary(task => task.Id);
        _byContainer = history.Tasks.ToLookup(task => task.Container);
        _byParent = history.Containers.Where(container => container.Parent is not null).ToLookup(container => container.Parent!.Value);
        _moves = history.Moves.GroupBy(move => move.Task).ToDictionary(group => group.Key, group => group.ToArray());
        _closed = history.Closings.GroupBy(closing => closing.Container)
            .ToDictionary(group => group.Key, group => group.Min(closing => closing.Number));
    }

    public static Report Check(History history) => new Checker(history).Run();

    private Report Run()
    {
        var executions = new Executions(_history, _moves);
        var slowest = executions.Recoveries().OrderByDescending(recovery => recovery.Millis).FirstOrDefault();
        double[] recoveries = [.. executions.Recoveries().Select(recovery => recovery.Millis).Order()];
        return new Report(
            _history.Submissions.Sum(submission => submission.Tasks + submission.Generated),
            _history.Faults,
            Count("lost", Lost()),
            Count("double", Doubled()),
            Count("zombie", Zombies()),
            Count("stuck", Stuck()),
            Count("early", Early()),
            Count("outage", Outage()),
            executions.ExtraPct,
            Percentile(recoveries, 0.5),
            Percentile(recoveries, 0.99),
            _findings)
        {
            UnforcedExecutionsPct = executions.UnforcedPct,
            Unforced = executions.Unforced,
            Slowest = slowest.Task == default ? null : string.Join("; ", _moves[slowest.Task].Select(
                move => $"{move.At:HH:mm:ss.f} {move.State} {move.Attempt} {move.Worker} {move.Reason}")),
        };
    }

    private int Count(string what, IEnumerable<string> broken)
    {
        var all = broken.ToArray();
        _findings.AddRange(all.Take(MostFindings).Select(finding => $"{what}: {finding}"));
        return all.Length;
    }

    private IEnumerable<string> Lost()
    {
        var containers = _history.Containers.ToDictionary(container => container.Id);
        var rows = _history.Tasks.CountBy(task => task.Collection).ToDictionary();
        foreach (var submission in _history.Submissions)
        {
            if (!containers.TryGetValue(submission.Collection, out var root))
            {
                yield return $"collection {submission.Collection} was acknowledged and is not there";
                continue;
            }
            var expected = submission.Tasks + (root.State == TaskState.Succeeded ? submission.Generated : 0);
            for (var missing = rows.GetValueOrDefault(submission.Collection); missing < expected; missing++)
                yield return $"collection {submission.Collection} has fewer tasks than the {expected} that it was given";
            if (submission.End is { } end && root.State.IsTerminal() && root.State != end)
                yield return $"collection {submission.Collection} ended as {root.State} and not as {end}";
            if (submission.End != TaskState.Succeeded)
                continue;
            var disabled = 0;
            foreach (var task in _history.Tasks.Where(task => task.Collection == submission.Collection))
            {
                disabled += task.State == TaskState.Disabled ? 1 : 0;
                if (task.State.IsTerminal() && task.State is not (TaskState.Succeeded or TaskState.Disabled))
                    yield return $"task {task.Id} ended as {task.State}: {_moves.GetValueOrDefault(task.Id, [])[^1].Reason}";
            }
            if (disabled != submission.Untaken)
                yield return $"{disabled} tasks of collection {submission.Collection} were disabled, {submission.Untaken} are in branches not taken";
        }
        foreach (var task in _history.Tasks.Where(task => task.State == TaskState.Succeeded && !task.HasOutput))
            yield return $"task {task.Id} succeeded and its result is not there";
        var effects = _history.Effects.Select(effect => (effect.Task, effect.Attempt)).ToHashSet();
        foreach (var task in _history.Tasks)
        {
            if (task is { State: TaskState.Succeeded, Leased: true } && !effects.Contains((task.Id, task.Attempt)))
                yield return $"task {task.Id} succeeded in attempt {task.Attempt}, which has no effect";
        }
        foreach (var refused in _history.Refused)
            yield return $"a message was refused: {refused}";
    }

    private IEnumerable<string> Doubled()
    {
        foreach (var effect in _history.Effects.CountBy(effect => (effect.Task, effect.Attempt)).Where(effect => effect.Value > 1))
            yield return $"attempt {effect.Key.Attempt} of task {effect.Key.Task} has {effect.Value} effects";
        foreach (var (task, moves) in _moves)
        {
            if (moves.Count(move => move.State.IsTerminal()) > 1)
                yield return $"task {task} ended more than once";
            foreach (var (before, after) in moves.Zip(moves.Skip(1)))
            {
                if (before.State == TaskState.Running && after.State == TaskState.Running && after.At - before.At < LeaseKeeper.LeaseTime)
                    yield return $"task {task} was taken over {(after.At - before.At).TotalSeconds:0.0} s after it was claimed";
            }
        }
        foreach (var container in _history.Containers)
        {
            var ended = _byContainer[container.Id].Count(task => task.State.IsTerminal())
                + _byParent[container.Id].Count(child => child.State.IsTerminal());
            if (container.Counted > ended)
                yield return $"container {container.Id} counted {container.Counted} endings of {ended}";
        }
        foreach (var closing in _history.Closings.CountBy(closing => closing.Container).Where(closing => closing.Value > 1))
            yield return $"container {closing.Key} closed {closing.Value} times";
        var known = _history.Submissions.ToDictionary(submission => submission.Collection, submission => submission.Tasks + submission.Generated);
        foreach (var (collection, tasks) in _history.Tasks.CountBy(task => task.Collection))
        {
            if (tasks > known.GetValueOrDefault(collection))
                yield return $"collection {collection} has {tasks} tasks, but {known.GetValueOrDefault(collection)} were asked for";
        }
    }

    private IEnumerable<string> Zombies()
    {
        foreach (var effect in _history.Effects)
        {
            var current = _moves.GetValueOrDefault(effect.Task, []).LastOrDefault(move => move.Number < effect.Number);
            if (current is not { State: TaskState.Running } || current.Attempt != effect.Attempt)
                yield return $"attempt {effect.Attempt} of task {effect.Task} wrote when the task was {current?.State} {current?.Attempt}";
        }
        foreach (var (task, moves) in _moves)
        {
            if (moves.Zip(moves.Skip(1)).Any(pair => pair.Second.Attempt < pair.First.Attempt))
                yield return $"task {task} went back to an earlier attempt";
        }
        var cancelled = _history.Closings.Where(closing => closing.State == TaskState.Cancelled).DistinctBy(closing => closing.Container)
            .ToDictionary(closing => closing.Container, closing => closing.At + CancelGrace);
        foreach (var effect in _history.Effects)
        {
            if (_tasks.TryGetValue(effect.Task, out var task) && cancelled.TryGetValue(task.Container, out var at) && effect.At > at)
                yield return $"task {effect.Task} wrote {(effect.At - at).TotalSeconds:0.0} s after its container was cancelled";
        }
    }

    private IEnumerable<string> Stuck()
    {
        foreach (var task in _history.Tasks.Where(task => !task.State.IsTerminal()))
            yield return $"task {task.Id} is {task.State}, attempt {task.Attempt}";
        foreach (var container in _history.Containers.Where(container => !container.State.IsTerminal()))
            yield return $"container {container.Id} is {container.State} with {container.Counted} of {container.Children} ended";
        if (_history.SlotsHeld != 0 && _history.Tasks.All(task => task.State.IsTerminal()))
            yield return $"{_history.SlotsHeld} slots are held by nothing";
    }

    /// <summary>What ended well has waited for all of its children, and in a sequence each child for the one before it.</summary>
    private IEnumerable<string> Early()
    {
        foreach (var container in _history.Containers)
        {
            if (container.State is TaskState.Succeeded or TaskState.PartiallyFailed && _closed.TryGetValue(container.Id, out var closed))
            {
                var ends = Ends(container.Id).Select(child => child.End).ToArray();
                if (ends.Length < container.Children || ends.Any(end => end is null || end > closed))
                    yield return $"container {container.Id} ended before all of its {container.Children} children";
            }
            if (!container.Sequential)
                continue;
            var before = (Ordinal: -1, End: (long?)0);
            foreach (var (ordinal, start, end) in Ends(container.Id).OrderBy(child => child.Ordinal))
            {
                if (start is not null && (before.End is null || before.End > start))
                    yield return $"child {ordinal} of container {container.Id} started before child {before.Ordinal} had ended";
                before = (ordinal, end);
            }
        }
    }

    private IEnumerable<(int Ordinal, long? Start, long? End)> Ends(Guid container)
    {
        foreach (var task in _byContainer[container])
        {
            var moves = _moves.GetValueOrDefault(task.Id, []);
            yield return (
                task.Ordinal,
                moves.FirstOrDefault(move => move.State == TaskState.Dispatched)?.Number,
                moves.FirstOrDefault(move => move.State.IsTerminal())?.Number);
        }
        foreach (var child in _byParent[container])
            yield return (child.Ordinal, FirstStart(child.Id), _closed.TryGetValue(child.Id, out var closed) ? closed : null);
    }

    private long? FirstStart(Guid container) => Ends(container).Min(child => child.Start);

    private IEnumerable<string> Outage()
    {
        for (var i = 0; i < _history.DeadLetters; i++)
            yield return "a message is in a dead-letter queue";
        foreach (var task in _history.Tasks)
        {
            var planned = _moves.GetValueOrDefault(task.Id, []).Count(move => IsPlanned(move.Reason));
            if (task.Failures > planned)
                yield return $"task {task.Id} counts {task.Failures} failures, {planned} of them its own";
        }
    }

    internal static bool IsPlanned(string? reason) => reason?.Contains(Planned, StringComparison.Ordinal) == true;

    internal static double? Percentile(double[] sorted, double part) =>
        sorted.Length == 0 ? null : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))]);
}
