using Npgsql;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Ended attempts: each report is held against the task's row, and only the attempt that the row is at, with the nonce that only its worker
/// knows, moves it. Anything else was superseded and changes nothing.
/// </summary>
/// <param name="bucket">Where large results are; null if nowhere.</param>
public sealed class CompletionDesk(TaskCatalogue catalogue, StragglerDesk stragglers, string? bucket, Random random)
{
    /// <summary>Kinds whose end says what comes next.</summary>
    private readonly string[] _steeringKinds =
        [.. catalogue.Entries.Where(entry => entry.IsGenerator).Select(entry => entry.Kind), ConditionalNode.Kind];

    /// <summary>No other side closes its bucket for longer, whatever it answers.</summary>
    private static readonly TimeSpan LongestThrottle = TimeSpan.FromHours(24);

    public async Task<Ended> AcceptAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var reports = batch.Where(message => message.Message is CompleteTask).Select(
            message => (Message: message, Report: (CompleteTask)message.Message!)).ToArray();
        if (reports.Length == 0)
            return Ended.Nothing;
        var plain = await EndPlainAsync(connection, reports.Select(report => report.Report), freesSlots: false, cancellation);
        if (plain is null)
            return await AcceptAsync(connection, reports, cancellation);
        await plain.Ended.RowsAsync(connection, cancellation);
        return (await AcceptAsync(connection, [.. reports.Where(report => !plain.Has(report.Report))], cancellation)).With(plain.Ended.Rows);
    }

    /// <summary>Most reports are plain successes; a task that is named twice keeps its first one, the other finds that it is done.</summary>
    /// <returns>Null if there are none.</returns>
    public async Task<PlainEnds?> EndPlainAsync(
        NpgsqlConnection connection, IEnumerable<CompleteTask> reports, bool freesSlots, CancellationToken cancellation)
    {
        var plain = reports.Where(report => report.Outcome is TaskOutcome.Succeeded { Children: null, DataAt: null })
            .DistinctBy(report => report.Task).ToDictionary(report => report.Task);
        if (plain.Count == 0)
            return null;
        var ended = await new SuccessStore(connection).EndAsync(
            [.. plain.Values.Select(report => (report.Task, report.Attempt, report.Nonce, ((TaskOutcome.Succeeded)report.Outcome).Data))],
            _steeringKinds,
            NextShard(),
            freesSlots,
            cancellation);
        return new PlainEnds(plain, ended);
    }

    private async Task<Ended> AcceptAsync(
        NpgsqlConnection connection, (ReadMessage Message, CompleteTask Report)[] reports, CancellationToken cancellation)
    {
        if (reports.Length == 0)
            return Ended.Nothing;

        var tasks = new TaskStore(connection);
        var facts = (await tasks.LockAsync([.. reports.Select(report => report.Report.Task).Distinct()], cancellation)).ToDictionary(task => task.Id);
        var stale = reports.Select(report => report.Report).Where(
            report => facts.TryGetValue(report.Task, out var task) && report.Attempt < task.Attempt).ToArray();
        if (stale.Length > 0)
        {
            await new DeadLetterStore(connection).KeepStaleAsync(
                [.. stale.Select(report => (report.Task, report.Attempt, report.Outcome.GetType().Name))], cancellation);
        }
        var accepted = reports
            .Where(report => facts.TryGetValue(report.Report.Task, out var task) && IsCurrent(task, report.Report))
            .DistinctBy(report => report.Report.Task)
            .Select(report => (Task: facts[report.Report.Task], Outcome: Checked(facts[report.Report.Task], report.Report)))
            .ToArray();
        var moves = accepted.Select(ended => (ended.Task, ended.Outcome, Move: Decide(ended.Task, ended.Outcome))).ToArray();

        var shares = await stragglers.ShareAsync(connection, moves, cancellation);
        await tasks.MoveAsync([.. moves.Select(move => (move.Task, move.Move))], cancellation);
        Guid[] dead = [.. moves.Where(move => move.Move.State is TaskState.Failed or TaskState.Timeout).Select(move => move.Task.Id)];
        if (dead.Length > 0)
            await new DeadLetterStore(connection).KeepAsync(dead, cancellation);
        await tasks.InsertOutputsAsync([.. moves.SelectMany(move => Output(move.Task, move.Outcome))], cancellation);
        Guid[] leaving =
            [.. moves.Where(move => move.Outcome is TaskOutcome.Yielded && LeavesSomething(move.Task.Kind)).Select(move => move.Task.Id)];
        if (leaving.Length > 0)
            await new LeftoverStore(connection).ExpectAsync(leaving, cancellation);
        var filled = await SettleGeneratorsAsync(new GeneratorStore(connection), moves, cancellation);
        var (freed, started) = await ReleaseAsync(connection, moves, cancellation);

        return new Ended(
            freed,
            [.. facts.Values.Select(task => task.Container).Concat(filled).Concat(started).Distinct()],
            [.. facts.Values.Where(task => IsGenerator(task.Kind)).Select(task => task.Id)],
            [.. reports.Where(report => !facts.ContainsKey(report.Report.Task)).Select(
                report => (report.Message, "from another timeline: there is no such task"))],
            moves.Where(move => move.Move.State == TaskState.Pending).Select(move => (TimeSpan?)move.Move.Wait).Min(),
            moves.Where(move => AskedWait(move.Outcome) is not null).GroupBy(move => move.Task.Kind)
                .ToDictionary(kind => kind.Key, kind => kind.Max(move => AskedWait(move.Outcome)!.Value)))
        {
            Shares = shares,
        };
    }

    private static bool IsCurrent(TaskFacts task, CompleteTask report) =>
        task.IsInFlight && task.ContainerState == TaskState.Running && task.Attempt == report.Attempt && task.Nonce == report.Nonce;

    private short NextShard() => (short)random.Next(ContainerStore.ProgressShards);

    private bool IsGenerator(string kind) => catalogue.Find(kind)?.IsGenerator == true;

    private bool LeavesSomething(string kind) => catalogue.Find(kind)?.CleanUp is not null;

    private TaskMove Decide(TaskFacts task, TaskOutcome outcome)
    {
        var entry = catalogue.Find(task.Kind);
        var move = WorkflowRules.AfterAttempt(outcome, task.Failures, entry?.Retry ?? RetryPolicy.Never, task.Left, random.NextDouble());
        return outcome is TaskOutcome.Yielded { Throttled: true } && move.State == TaskState.Pending
            ? move with { Reason = $"rate-limit:{entry?.RateLimit}" }
            : move;
    }

    /// <summary>The wait that the other side has asked for (Retry-After, RFC 9110), which holds for everybody with the same bucket.</summary>
    private static TimeSpan? AskedWait(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.Yielded { Throttled: true } yielded => TimeSpan.FromTicks(Math.Min(yielded.After.Ticks, LongestThrottle.Ticks)),
        TaskOutcome.Failed { RetryAfter: { } wait } => TimeSpan.FromTicks(Math.Min(wait.Ticks, LongestThrottle.Ticks)),
        _ => null,
    };

    /// <summary>A worker may refer to what its own attempt has stored and to nothing else, and says that it made tasks only if it may.</summary>
    private TaskOutcome Checked(TaskFacts task, CompleteTask report) => report.Outcome switch
    {
        TaskOutcome.Succeeded { DataAt: { } at } when !at.IsIn(bucket, ObjectReference.ResultFolder(report.Task, report.Attempt)) =>
            new TaskOutcome.Failed(ErrorClass.Fatal, $"result: {at.Key} in {at.Bucket} is not this attempt's"),
        TaskOutcome.Succeeded { Children: not null } when !IsGenerator(task.Kind) =>
            new TaskOutcome.Failed(ErrorClass.Fatal, $"'{task.Kind}' says that it made tasks without declaring {WorkerRequirements.QueueAccess}"),
        _ => report.Outcome,
    };

    private static IEnumerable<(Guid Task, int Attempt, StoredOutput Output)> Output(TaskFacts task, TaskOutcome outcome)
    {
        if (outcome is TaskOutcome.Succeeded done && (done.Data is not null || done.DataAt is not null))
            yield return (task.Id, task.Attempt, done.DataAt is { } at ? new StoredOutput(null, at) : new StoredOutput(done.Data, null));
    }

    /// <summary>Keeps what generators declared; those that ended without children, or badly, have none to wait for.</summary>
    /// <returns>The containers that ended generators fill.</returns>
    private async Task<IReadOnlyCollection<Guid>> SettleGeneratorsAsync(
        GeneratorStore store, (TaskFacts Task, TaskOutcome Outcome, TaskMove Move)[] moves, CancellationToken cancellation)
    {
        var declared = moves.Where(move => move.Move.State == TaskState.PendingTaskCreation)
            .ToDictionary(move => move.Task.Id, move => ((TaskOutcome.Succeeded)move.Outcome).Children!.Value);
        if (declared.Count > 0)
            await store.DeclareAsync(declared, cancellation);
        var ended = moves.Where(move => move.Move.State.IsTerminal() && IsGenerator(move.Task.Kind)).Select(move => move.Task.Id).ToArray();
        return ended.Length == 0 ? [] : await store.EndAsync(ended, cancellation);
    }

    /// <summary>Counts the endings and lets successors start.</summary>
    /// <returns>
    /// How many slots each pool got back, with the pools that have something new to dispatch; and containers that started and may be complete.
    /// </returns>
    private async Task<(Dictionary<string, int> Freed, IReadOnlyCollection<Guid> Started)> ReleaseAsync(
        NpgsqlConnection connection, (TaskFacts Task, TaskOutcome Outcome, TaskMove Move)[] moves, CancellationToken cancellation)
    {
        var freed = moves.GroupBy(move => move.Task.Pool!).ToDictionary(pool => pool.Key, pool => pool.Count());
        var ended = moves.Where(move => move.Move.State.IsTerminal()).ToArray();
        if (ended.Length == 0)
            return (freed, []);

        var containers = new ContainerStore(connection);
        var tallies = ended.GroupBy(move => move.Task.Container)
            .ToDictionary(group => group.Key, group => group.Select(move => Tally.Of(move.Move.State)).Aggregate(Tally.Add));
        foreach (var container in await DisableAsync(containers, ended, cancellation))
            tallies[container] += Tally.Of(TaskState.Disabled);
        await containers.AddProgressAsync(NextShard(), tallies, cancellation);
        var held = ended.Where(move => move.Task.ReleasesSibling).Select(move => move.Task.Container).ToHashSet();
        if (held.Count == 0)
            return (freed, []);
        var released = await new ReleaseStore(connection).ReleaseAsync(
            tallies.Where(tally => held.Contains(tally.Key)).ToDictionary(), cancellation);
        foreach (var pool in released.Pools)
            freed.TryAdd(pool, 0);
        return (freed, released.MayBeComplete);
    }

    /// <summary>Disables the branches that conditional tasks did not take.</summary>
    /// <returns>The containers that the branches are in.</returns>
    private static async Task<IEnumerable<Guid>> DisableAsync(
        ContainerStore containers, (TaskFacts Task, TaskOutcome Outcome, TaskMove Move)[] ended, CancellationToken cancellation)
    {
        var notTaken = ended
            .Where(end => end.Task.Kind == ConditionalNode.Kind && end.Move.State == TaskState.Succeeded)
            .Select(end => (end.Task.Container, ConditionalNode.NotTaken(((TaskOutcome.Succeeded)end.Outcome).Data ?? default)))
            .ToArray();
        if (notTaken.Length == 0)
            return [];
        var branches = await containers.WaitingAsync(notTaken, cancellation);
        var closed = await containers.CloseAsync([.. branches.Select(branch => (branch.Container, TaskState.Disabled, Early: true))], cancellation);
        return branches.Where(branch => closed.Contains(branch.Container)).Select(branch => branch.Parent);
    }
}

/// <summary>What the reports of a batch led to.</summary>
/// <param name="Freed">Slots given back, by pool.</param>
/// <param name="Touched">
/// The containers of all tasks that were reported, also of superseded reports: a redelivered message is the net under closing.
/// </param>
/// <param name="Generators">Those among them that make tasks.</param>
/// <param name="Unknown">Reports on tasks that do not exist.</param>
/// <param name="WakeAfter">The shortest wait among tasks that run again later.</param>
/// <param name="Throttled">Kinds whose other side has asked for a wait.</param>
public sealed record Ended(
    IReadOnlyDictionary<string, int> Freed,
    IReadOnlyCollection<Guid> Touched,
    IReadOnlyCollection<Guid> Generators,
    IReadOnlyList<(ReadMessage, string)> Unknown,
    TimeSpan? WakeAfter,
    IReadOnlyDictionary<string, TimeSpan> Throttled)
{
    public static Ended Nothing { get; } = new(
        new Dictionary<string, int>(), [], [], [], null, new Dictionary<string, TimeSpan>());

    /// <summary>Tasks that share what stragglers have left.</summary>
    public IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> Shares { get; init; } = [];

    public Ended With(IReadOnlyList<EndedTask> done)
    {
        var freed = new Dictionary<string, int>(Freed);
        foreach (var (pool, count) in done.CountBy(task => task.Pool))
            freed[pool] = freed.GetValueOrDefault(pool) + count;
        return this with
        {
            Freed = freed,
            Touched = [.. Touched.Concat(done.Where(task => !task.Closed).Select(task => task.Container)).Distinct()],
        };
    }
}
