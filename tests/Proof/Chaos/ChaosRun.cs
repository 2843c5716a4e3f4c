using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Kinds;
using TaskMesh.Proof.Simulation;

namespace TaskMesh.Proof.Chaos;

/// <summary>One run: a fan-out is submitted, everything goes wrong as planned, the work gets the time that it needs, and the checker looks.</summary>
public sealed class ChaosRun
{
    private const int InARow = 50;

    /// <summary>Longer than a lease; the longest is still shorter than a Manager's invocation.</summary>
    private static readonly TimeSpan ShortestPause = LeaseKeeper.LeaseTime + TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A worker that is killed with no server kill within this time is expected to be recovered within it.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    /// <summary>Spared until then: what a function was to handle that is still starting stays hidden for the queue's own timeout, minutes.</summary>
    private static readonly TimeSpan Grown = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    /// <summary>Longer than everything that waits by itself.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>What was released by the last task's end.</summary>
    private static readonly TimeSpan SlotLimit = TimeSpan.FromSeconds(60);

    private readonly ChaosPlan _plan;
    private readonly ChaosMesh _mesh;
    private readonly Action<string> _say;
    private readonly Stopwatch _watch = new();
    private readonly List<Kill> _kills = [];
    private readonly ConcurrentBag<Disturbance> _pauses = [];
    private readonly List<Task> _standing = [];
    private readonly HashSet<int> _killed = [];

    private ChaosRun(ChaosPlan plan, ChaosMesh mesh, Action<string> say) => (_plan, _mesh, _say) = (plan, mesh, say);

    public static async Task<ChaosReport> RunAsync(ChaosPlan plan, Action<string> say)
    {
        await using var mesh = await ChaosMesh.StartAsync(plan);
        return await new ChaosRun(plan, mesh, say).RunAsync();
    }

    private async Task<ChaosReport> RunAsync()
    {
        var submission = await SubmitAsync();
        await WaitAsync(StartLimit, _mesh.Server.HasClaimsAsync);
        _watch.Start();
        var steps = _plan.Steps();
        await Task.WhenAll(
            CarryOutAsync([.. steps.Where(step => step.Action is ChaosAction.KillServer or ChaosAction.Outage)]),
            CarryOutAsync([.. steps.Where(step => step.Action is ChaosAction.KillProcess or ChaosAction.Pause)]));
        await DelayUntilAsync(_plan.Length);
        await Task.WhenAll(_standing);
        _mesh.Faults.Active = false;
        _say($"{_watch.Elapsed.TotalSeconds:0} s: faults have ended, {_mesh.Faults.Counts.Sum(fault => fault.Value)} of queues and lines");
        await using var superuser = _mesh.Server.AsSuperuser();
        await using var connection = await superuser.OpenConnectionAsync();
        var server = new SimServer(connection);
        var hasEnded = await WaitAsync(_plan.Patience, () => Task.FromResult(server.HasEnded(1)));
        var seconds = Math.Round(_watch.Elapsed.TotalSeconds, 1);
        if (hasEnded)
            await WaitAsync(SlotLimit, () => Task.FromResult(!server.HoldsSlots()));
        await WaitAsync(_plan.Aftermath, async () => await _mesh.WaitingAsync() == 0);
        return await CheckAsync(superuser, submission, seconds);
    }

    private async Task<Submission> SubmitAsync()
    {
        string[] kinds = [.. Enumerable.Repeat(Inside.Kind, 9), Environment.IsPrivilegedProcess ? Raw.Kind : Inside.Kind];
        var fan = JsonSerializer.SerializeToElement(new FanInput(_plan.Tasks, InARow, new StepInput(), kinds), StepJson.Default.FanInput);
        var nothing = JsonElement.Parse("{}");
        var root = new SequentialNode(
            [new TaskNode("before", Inside.Kind, nothing), new TaskNode("fan", Fan.Kind, fan), new TaskNode("after", Inside.Kind, nothing)]);
        var message = new CreateCollection(root) { Id = Guid.CreateVersion7() };
        var queue = new SqsManagerQueue(new SqsSender(_mesh.Sqs), _mesh.ManagerQueue, TimeProvider.System);
        await queue.SendAsync([message], CancellationToken.None);
        return new Submission(message.Id, 3, _plan.Tasks, TaskState.Succeeded);
    }

    private async Task CarryOutAsync(IReadOnlyList<ChaosStep> steps)
    {
        foreach (var step in steps)
        {
            await DelayUntilAsync(step.At);
            switch (step.Action)
            {
                case ChaosAction.KillServer or ChaosAction.Outage:
                    _say($"{_watch.Elapsed.TotalSeconds:0.0} s: {step.Action}");
                    await _mesh.Server.KillAsync(step.Action == ChaosAction.Outage ? _plan.Outage : TimeSpan.Zero);
                    break;
                case var action:
                    await MeetAsync(action, step.Draw);
                    break;
            }
        }
    }

    /// <summary>Whoever is there: a process that has just been killed may not have a successor yet.</summary>
    private async Task MeetAsync(ChaosAction action, double draw)
    {
        IReadOnlyList<ChaosProcess> all;
        while ((all = [.. ChaosProcess.All().Where(process => process.Age > Grown && !_killed.Contains(process.Id))]).Count == 0)
            await Task.Delay(Look);
        var process = all[(int)(draw * all.Count)];
        _say($"{_watch.Elapsed.TotalSeconds:0.0} s: {action} {process.Role} {process.Id}");
        if (action == ChaosAction.Pause)
        {
            _standing.Add(PauseAsync(process, ShortestPause + (LongestPause - ShortestPause) * draw));
            return;
        }
        var at = TimeProvider.System.GetUtcNow();
        process.Signal("KILL");
        _killed.Add(process.Id);
        if (process.Worker is { } worker)
            _kills.Add(new Kill(worker, at));
    }

    private async Task PauseAsync(ChaosProcess process, TimeSpan time)
    {
        var from = TimeProvider.System.GetUtcNow();
        process.Signal("STOP");
        await Task.Delay(time);
        process.Signal("CONT");
        if (process.Worker is { } worker)
            _pauses.Add(new Disturbance(worker, from, TimeProvider.System.GetUtcNow()));
    }

    private async Task<ChaosReport> CheckAsync(NpgsqlDataSource superuser, Submission submission, double seconds)
    {
        var absences = _mesh.Server.Absences;
        var counts = new Dictionary<string, int>(_mesh.Faults.Counts)
        {
            ["serverKills"] = absences.Count,
            ["processKills"] = _killed.Count,
            ["pauses"] = _standing.Count,
        };
        var history = await Journal.ReadAsync(superuser) with
        {
            Submissions = [submission],
            Kills = _kills,
            Disturbances = [.. _pauses, .. absences.Select(absence => new Disturbance(null, absence.Down, absence.Up + RecoveryLimit))],
            Faults = counts.Values.Sum(),
            DeadLetters = await _mesh.DeadAsync(),
        };
        var calm = _kills.Where(kill => !absences.Exists(absence => absence.Up >= kill.At && absence.Down <= kill.At + RecoveryLimit)).ToArray();
        return new ChaosReport(Checker.Check(history with { Kills = calm }))
        {
            Counts = counts,
            FirstClaimAfterRestartMs = FirstClaim(history),
            RecoveryMsP99WithServerKills = Checker.Check(history).RecoveryMsP99,
            IsMoving = history.Moves.Count > 0 && history.Moves.Max(move => move.At) > TimeProvider.System.GetUtcNow() - Quiet,
            Seconds = seconds,
        };
    }

    /// <summary>Where the server was killed again before anybody claimed, it is counted from its last return.</summary>
    private (double? P50, double? P99) FirstClaim(History history)
    {
        var claims = history.Moves.Where(move => move.State == TaskState.Running).Select(move => move.At).Order().ToArray();
        var absences = _mesh.Server.Absences;
        double[] waits =
        [
            .. from i in Enumerable.Range(0, absences.Count)
                let up = absences[i].Up
                let first = claims.FirstOrDefault(claim => claim >= up)
                where first != default && (i + 1 == absences.Count || first < absences[i + 1].Down)
                orderby first - up
                select (first - up).TotalMilliseconds,
        ];
        return (Checker.Percentile(waits, 0.5), Checker.Percentile(waits, 0.99));
    }

    private async Task DelayUntilAsync(TimeSpan time)
    {
        if (time > _watch.Elapsed)
            await Task.Delay(time - _watch.Elapsed);
    }

    /// <returns>Whether it was over before the limit.</returns>
    private static async Task<bool> WaitAsync(TimeSpan limit, Func<Task<bool>> isOver)
    {
        var watch = Stopwatch.StartNew();
        while (!await isOver())
        {
            if (watch.Elapsed >= limit)
                return false;
            await Task.Delay(Look);
        }
        return true;
    }
}
