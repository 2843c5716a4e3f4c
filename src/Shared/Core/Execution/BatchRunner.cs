using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Core.Execution;

/// <summary>
/// Runs the tasks of one Lambda batch together: claim, run, report. A message counts as failed until its report is with the Manager,
/// so a crash means again and never lost.
/// </summary>
/// <param name="leases">Null where there is no database: the slot is held from dispatch on, and the first report wins.</param>
public sealed class BatchRunner(TaskExecutor executor, ITaskLeases? leases, IManagerQueue manager, TimeProvider clock)
{
    /// <summary>What is cancelled runs at most that long; many functions ask at once.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(3);

    /// <summary>How long a database that is away is waited for: well within the time of one invocation.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ClaimPause = TimeSpan.FromMilliseconds(500);

    /// <returns>The ids of the messages that must come again.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellation)
    {
        var runs = messages.Select(message => (message.Id, Run: RunTaskReader.Read(message.Body))).ToArray();
        var readable = runs.Where(run => run.Run is not null).Select(run => (run.Id, Run: run.Run!)).ToArray();
        var failed = runs.Where(run => run.Run is null).Select(run => run.Id).ToList();
        if (leases is null)
        {
            await ReportAsync(await Task.WhenAll(readable.Select(run => ExecuteAsync(run.Run, cancellation))), cancellation);
            return failed;
        }

        var answers = await ClaimAsync(leases, [.. readable.Select(run => run.Run)], Patience, clock, cancellation);
        failed.AddRange(readable.Zip(answers).Where(pair => pair.Second is ClaimAnswer.Busy).Select(pair => pair.First.Id));
        var claimed = readable.Zip(answers, (run, answer) => (run.Run, Claimed: answer as ClaimAnswer.Claimed)).Where(
            pair => pair.Claimed is not null).ToArray();
        if (claimed.Length > 0)
            await RunClaimedAsync([.. claimed.Select(pair => (Resume(pair.Run, pair.Claimed!), pair.Claimed!.Lease))], leases, cancellation);
        return failed;
    }

    private async Task RunClaimedAsync((RunTask Run, Lease Lease)[] claimed, ITaskLeases held, CancellationToken cancellation)
    {
        var keeper = new LeaseKeeper(held, Watch, blind: null, clock);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var keeping = keeper.KeepAsync(_ => Task.CompletedTask, _ => { }, done.Token);
        var reports = await Task.WhenAll(claimed.Select(async pair =>
        {
            using var lease = keeper.Hold(pair.Lease);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, cancellation);
            return await ExecuteAsync(pair.Run, either.Token);
        }));
        await done.CancelAsync();
        await keeping;
        await ReportAsync(reports, cancellation);
    }

    /// <summary>
    /// A database that is away is waited for: a message that is handed back instead comes later, and has one receive less.
    /// </summary>
    internal static async Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(
        ITaskLeases leases, IReadOnlyList<RunTask> runs, TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await leases.ClaimAsync(runs, cancellation);
            }
            catch (InfrastructureException) when (clock.GetElapsedTime(start) < patience)
            {
                await Task.Delay(ClaimPause, clock, cancellation);
            }
        }
    }

    /// <summary>The attempt as claimed: a takeover has a new attempt and nonce, and the newest checkpoint.</summary>
    internal static RunTask Resume(RunTask run, ClaimAnswer.Claimed claimed) => run with
    {
        Attempt = claimed.Lease.Attempt,
        Nonce = claimed.Lease.Nonce,
        Checkpoint = claimed.Checkpoint ?? run.Checkpoint,
    };

    private Task<CompleteTask?> ExecuteAsync(RunTask run, CancellationToken cancellation) =>
        executor.ExecuteAsync(run, new RunSignals(cancellation, CancellationToken.None));

    private async Task ReportAsync(CompleteTask?[] reports, CancellationToken cancellation)
    {
        ManagerMessage[] known = [.. reports.OfType<CompleteTask>()];
        if (known.Length > 0)
            await manager.SendAsync(known, cancellation);
    }
}
