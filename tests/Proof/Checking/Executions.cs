using TaskMesh.Core.Workflow;

namespace TaskMesh.Proof.Checking;

/// <summary>What the executions of a run came to: how many were in vain and why, and how long work took to come back from a killed worker.</summary>
internal sealed class Executions
{
    /// <summary>A database counts microseconds, and rounds.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly History _history;
    private readonly IReadOnlyDictionary<Guid, MoveEvent[]> _moves;
    private readonly ILookup<string?, Disturbance> _disturbances;
    private int _useful;
    private int _extra;
    private int _unforced;

    public Executions(History history, IReadOnlyDictionary<Guid, MoveEvent[]> moves)
    {
        (_history, _moves) = (history, moves);
        _disturbances = history.Disturbances.ToLookup(disturbance => disturbance.Worker);
        var distinct = history.Executions.Distinct().Count();
        (_useful, _extra) = (distinct, history.Executions.Count - distinct);
        foreach (var all in moves.Values)
            Count(all);
    }

    /// <summary>Executions whose end nobody took, per 100 whose end somebody did.</summary>
    public double ExtraPct => Percent(_extra);

    /// <summary>
    /// Of those the ones that no fault had to cause: the worker was not killed, did not stand still, lost no connection and no message while it had
    /// the task in hand. Workers without a database are left out, because what is delivered to them twice runs twice.
    /// </summary>
    public double UnforcedPct => Percent(_unforced);

    public List<string> Unforced { get; } = [];

    /// <summary>From the death of a worker to the next start of what it had in hand.</summary>
    public IEnumerable<(double Millis, Guid Task)> Recoveries()
    {
        var kills = _history.Kills.ToLookup(kill => kill.Worker);
        foreach (var (task, moves) in _moves)
        {
            for (var i = 0; i < moves.Length; i++)
            {
                if (moves[i] is not { State: TaskState.Running, Worker: { } worker })
                    continue;
                var until = i + 1 < moves.Length ? moves[i + 1].At : DateTimeOffset.MaxValue;
                var kill = kills[worker].FirstOrDefault(kill => kill.At >= moves[i].At - Rounding && kill.At <= until);
                var again = moves.Skip(i + 1).FirstOrDefault(move => move.State == TaskState.Running || move.State.IsTerminal());
                if (kill is not null && again is { State: TaskState.Running })
                    yield return ((again.At - kill.At).TotalMilliseconds, task);
            }
        }
    }

    private void Count(MoveEvent[] moves)
    {
        for (var i = 0; i < moves.Length; i++)
        {
            if (moves[i].State != TaskState.Running)
                continue;
            if (i + 1 == moves.Length || !IsInVain(moves[i + 1]))
            {
                _useful++;
                continue;
            }
            _extra++;
            if (IsForced(moves[i], moves[i + 1]))
                continue;
            _unforced++;
            var (from, to) = (moves[i], moves[i + 1]);
            Unforced.Add(
                $"task {from.Task}, attempt {from.Attempt} by {from.Worker} from {from.At:mm:ss.f} to {to.At:mm:ss.f}: {to.State}, {to.Reason}");
        }
    }

    private bool IsForced(MoveEvent start, MoveEvent next) =>
        _history.Kills.Any(kill => kill.Worker == start.Worker && kill.At >= start.At - Rounding && kill.At <= next.At)
        || _disturbances[start.Worker].Concat(_disturbances[null]).Concat(_disturbances[$"{start.Task}/{start.Attempt}"]).Any(
            disturbance => disturbance.From <= next.At && disturbance.Until >= start.At - Rounding);

    private static bool IsInVain(MoveEvent next) => next.State == TaskState.Running
        || next.State == TaskState.Pending && next.Reason != Checker.Yielded && !Checker.IsPlanned(next.Reason);

    private double Percent(int executions) => _useful == 0 ? 0 : Math.Round(100.0 * executions / _useful, 2);
}
