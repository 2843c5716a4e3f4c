using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Execution;

/// <summary>
/// Runs the tasks of one Lambda batch together: claim, run, report each as it ends. A message counts as failed until its report is with the
/// Manager, so a crash means again and never lost, and what had ended before it stays done.
/// </summary>
/// <param name="leases">Null where there is no database: the slot is held from dispatch on, and the first report wins.</param>
public sealed class BatchRunner(TaskExecutor executor, ITaskLeases? leases, IManagerQueue manager, TimeProvider clock)
{
    /// <summary>What is cancelled runs at most that long; many functions ask at once.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(3);

    /// <summary>How long a database that is away is waited for: well within the time of one invocation.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ClaimPause = TimeSpan.FromMilliseconds(500);

    /// <summary>It begins again at once, and not when its lease has expired.</summary>
    private static readonly TaskOutcome HandedBack = new TaskOutcome.Failed(ErrorClass.Infrastructure, "The function's time was over.");

    /// <returns>The ids of the messages that must come again.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellation)
    {
        var runs = messages.Select(message => (message.Id, Run: RunTaskReader.Read(message.Body))).ToArray();
        var readable = runs.Where(run => run.Run is not null).Select(run => (run.Id, Run: run.Run!)).ToArray();
        var unreadable = runs.Where(run => run.Run is null).Select(run => run.Id);
        if (leases is null)
            return [.. unreadable, .. await RunAsync([.. readable.Select(run => new Attempt(run.Id, run.Run, null))], null, cancellation)];

        var answers = await ClaimAsync(
            () => leases.ClaimAsync([.. readable.Select(run => run.Run)], cancellation), Patience, clock, cancellation);
        var busy = readable.Zip(answers).Where(pair => pair.Second is ClaimAnswer.Busy).Select(pair => pair.First.Id);
        var claimed = readable.Zip(answers).Where(pair => pair.Second is ClaimAnswer.Claimed)
            .Select(pair => AttemptOf(pair.First.Id, pair.First.Run, (ClaimAnswer.Claimed)pair.Second)).ToArray();
        var failed = new List<string>([.. unreadable, .. busy, .. claimed.Length == 0 ? [] : await RunClaimedAsync(claimed, leases, cancellation)]);
        foreach (var (id, run) in readable.Zip(answers).Where(pair => pair.Second is ClaimAnswer.Alone).Select(pair => pair.First))
            failed.AddRange(await RunAloneAsync(id, run, leases, cancellation));
        return failed;
    }

    /// <summary>
    /// What may kill the process again comes last and by itself, and is claimed no sooner: everything else has been reported by then, and what has
    /// not begun counts as lost with nobody.
    /// </summary>
    private async Task<IEnumerable<string>> RunAloneAsync(string message, RunTask run, ITaskLeases held, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return [message];
        return await ClaimAsync(() => held.ClaimAloneAsync(run, cancellation), Patience, clock, cancellation) switch
        {
            ClaimAnswer.Claimed claimed => await RunClaimedAsync([AttemptOf(message, run, claimed)], held, cancellation),
            ClaimAnswer.Superseded => [],
            _ => [message],
        };
    }

    private async Task<IEnumerable<string>> RunClaimedAsync(Attempt[] claimed, ITaskLeases held, CancellationToken cancellation)
    {
        var keeper = new LeaseKeeper(held, Watch, blind: null, clock);
        using var done = new CancellationTokenSource();
        var keeping = keeper.KeepAsync(_ => Task.CompletedTask, _ => { }, done.Token);
        try
        {
            return await RunAsync(claimed, keeper, cancellation);
        }
        finally
        {
            await done.CancelAsync();
            await keeping;
        }
    }

    /// <returns>The messages of the tasks whose end the Manager has not heard of.</returns>
    private async Task<IEnumerable<string>> RunAsync(Attempt[] attempts, LeaseKeeper? keeper, CancellationToken cancellation)
    {
        var reports = new ReportGroups(manager, attempts.Length, clock);
        var ends = await Task.WhenAll(attempts.Select(attempt => RunAsync(attempt, keeper, reports, cancellation)));
        if (ends.Length > 0 && ends.All(error => error is not null))
            throw new IOException($"None of {ends.Length} tasks could be reported: {ends[0]!.Message}", ends[0]);
        return attempts.Zip(ends).Where(pair => pair.Second is not null).Select(pair => pair.First.Message);
    }

    /// <summary>A lease is held until the report is with the Manager, or the task would be taken over and run again.</summary>
    /// <returns>Why the report is not; null if it is, and if nobody waits for one.</returns>
    private async Task<Exception?> RunAsync(Attempt attempt, LeaseKeeper? keeper, ReportGroups reports, CancellationToken cancellation)
    {
        using var held = attempt.Lease is { } lease ? keeper!.Hold(lease) : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(held?.Lost ?? CancellationToken.None, cancellation);
        var ended = await executor.ExecuteAsync(attempt.Run, new RunSignals(either.Token, CancellationToken.None));
        if (ended is null && held?.Cause is null)
            ended = attempt.Run.Ended(HandedBack);
        try
        {
            await reports.EndAsync(ended);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>
    /// A database that is away is waited for: a message that is handed back instead comes later, and has one receive less.
    /// </summary>
    internal static async Task<T> ClaimAsync<T>(Func<Task<T>> claim, TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await claim();
            }
            catch (InfrastructureException) when (clock.GetElapsedTime(start) < patience)
            {
                await Task.Delay(ClaimPause, clock, cancellation);
            }
        }
    }

    /// <summary>The attempt as claimed: a takeover has a new attempt and nonce, and the newest checkpoint. None runs past its deadline.</summary>
    internal static RunTask Resume(RunTask run, ClaimAnswer.Claimed claimed) => run with
    {
        Attempt = claimed.Lease.Attempt,
        Nonce = claimed.Lease.Nonce,
        Checkpoint = claimed.Checkpoint ?? run.Checkpoint,
        RunTimeout = run.RunTimeout < claimed.TimeLeft ? run.RunTimeout : claimed.TimeLeft,
    };

    private static Attempt AttemptOf(string message, RunTask run, ClaimAnswer.Claimed claimed) =>
        new(message, Resume(run, claimed), claimed.Lease);

    /// <param name="Message">The id of the message that brought it.</param>
    private sealed record Attempt(string Message, RunTask Run, Lease? Lease);
}
