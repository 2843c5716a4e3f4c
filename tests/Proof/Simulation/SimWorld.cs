using System.Text.Json;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Core.Messages;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Crashes;
using TaskMesh.Proof.Kinds;
using TaskMesh.Proof.Wire;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Simulation;

/// <summary>
/// A whole mesh in one process: the product's Manager and workers on a real database, queues and time under a seed. The same seed brings the same
/// work and the same faults; what PostgreSQL does at the same time it orders itself.
/// </summary>
internal sealed class SimWorld : IAsyncDisposable
{
    /// <summary>After the real start of any server, because leases ask for that.</summary>
    private static readonly DateTimeOffset Start = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan FaultsEnd = TimeSpan.FromMinutes(10);

    /// <summary>Every net must have caught by then: faults end, messages of dead functions come again, leases expire, ticks sweep.</summary>
    private static readonly TimeSpan LivenessLimit = TimeSpan.FromMinutes(60);

    /// <summary>How long late messages and old processes may still try to do harm after the end.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMinutes(2.5);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMinutes(1);

    private readonly NpgsqlDataSource _shared;
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly Random _turns;
    private readonly SimServer _server;
    private readonly List<Kill> _kills = [];
    private readonly List<Disturbance> _disturbances = [];
    private readonly List<string> _notes = [];
    private readonly List<SimManager> _managers = [];
    private readonly List<SimFunction> _functions = [];
    private readonly List<SimWorker> _workers = [];
    private SimWorkflow _workflow = null!;
    private DateTimeOffset _nextTick = Start + TickInterval;
    private DateTimeOffset? _over;
    private int _processes;
    private bool _settles;

    public SimWorld(int seed, SimDatabase database, NpgsqlDataSource workers, NpgsqlConnection control, Defect? defect)
    {
        (Seed, Database, _shared, Defect, _server) = (seed, database, workers, defect, new SimServer(control));
        Faults = new FaultPlan(seed);
        _turns = new Random(seed);
        foreach (var (name, receives) in new[] { ("manager", 10), ("external", 10), ("internal", 10), ("bare-metal", 100) })
            Queues[name] = new SimQueue(name, Faults, Clock, receives) { Late = NoteDisturbance };
    }

    public int Seed { get; }

    public SimDatabase Database { get; }

    /// <summary>Instead of the seed's faults: one process dies at one place, amid the smallest work that has everything.</summary>
    public CrashPoint? Crash { get; init; }

    /// <summary>For the socket of a process that is watched.</summary>
    public string Folder { get; init; } = "";

    public Defect? Defect { get; }

    public Pump Pump { get; } = new();

    public ManualClock Clock { get; } = new(Start);

    public FaultPlan Faults { get; }

    public Dictionary<string, SimQueue> Queues { get; } = [];

    public void NoteKill(string process)
    {
        _kills.Add(new Kill(process, Clock.GetUtcNow()));
        _settles = true;
    }

    /// <param name="worker">A worker, an attempt, or null for all.</param>
    public void NoteDisturbance(string? worker, TimeSpan time)
    {
        var now = Clock.GetUtcNow();
        _disturbances.Add(new Disturbance(worker, now, now + time));
    }

    /// <summary>Timers count whole milliseconds: a shorter wait must not become none.</summary>
    public Task DelayUntilAsync(DateTimeOffset time, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((time - Clock.GetUtcNow()).TotalMilliseconds)), Clock, cancellation);

    public void Note(string what) => _notes.Add($"{Clock.Elapsed} {what}");

    public string ConnectionString(string process, string role)
    {
        var direct = Database.ConnectionString(role);
        if (Crash?.Process != process)
            return direct;
        var builder = new NpgsqlConnectionStringBuilder(direct);
        _parts.Add(new PgProxy(Folder, builder.Host!, Crash));
        builder.Host = Folder;
        return builder.ConnectionString;
    }

    /// <summary>The database as a worker sees it.</summary>
    public NpgsqlDataSource WorkersOf(string process)
    {
        if (Crash?.Process != process)
            return _shared;
        var source = NpgsqlDataSource.Create(ConnectionString(process, "tm_worker"));
        _parts.Add(source);
        return source;
    }

    /// <summary>Runs to the end of all work, or to the time by which it must have ended.</summary>
    public async Task<Report> RunAsync()
    {
        _workflow = Crash is null ? new SimWorkflow(Seed, Clock) : SimWorkflow.Small(Clock);
        Faults.Active = Crash is null;
        await Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var history = await Journal.ReadAsync(Database.Superuser);
        return Checker.Check(history with
        {
            Submissions = [.. _workflow.Submissions.Select(entry => entry.Submission)],
            Executions = StepLog.Forget([.. history.Tasks.Select(task => task.Id)]),
            Kills = _kills,
            Disturbances = _disturbances,
            Faults = Faults.Count,
            DeadLetters = Queues.Values.Sum(queue => queue.Dead),
        });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var manager in _managers)
            await manager.DisposeAsync();
        foreach (var part in _parts)
            await part.DisposeAsync();
    }

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(Pump);
        _server.SetClock(Clock.GetUtcNow());
        for (var i = 0; i < (Crash is null ? 3 : 1); i++)
            AddProcesses();
        var submitting = SubmitAsync();
        while (true)
        {
            TakeTurns();
            if (Faults.Hits(Fault.Cut, "server"))
            {
                NoteDisturbance(null, TimeSpan.Zero);
                _server.CutConnections();
            }
            Pump.RunUntilQuiet();
            Replace();
            if (submitting.IsFaulted)
                submitting.GetAwaiter().GetResult();
            Faults.Active &= Clock.Elapsed < FaultsEnd;
            if (!MoveOn())
                return;
        }
    }

    /// <summary>Who has work, and is not busy, takes it or not: several at once, so that their transactions meet.</summary>
    private void TakeTurns()
    {
        foreach (var manager in _managers)
        {
            if (!manager.IsBusy && Queues["manager"].HasDue && _turns.Next(2) == 0)
                _ = manager.HandleAsync(Queues["manager"]);
        }
        foreach (var function in _functions)
        {
            if (!function.IsBusy && function.HasWork && _turns.Next(2) == 0)
                _ = function.HandleAsync();
        }
    }

    private void AddProcesses()
    {
        _managers.Add(new SimManager(this, Name("manager")));
        _functions.Add(new SimFunction(this, Name("internal"), hasDatabase: true));
        _functions.Add(new SimFunction(this, Name("external"), hasDatabase: false));
        _workers.Add(new SimWorker(this, Name("worker")));
        Pump.RunUntilQuiet();
    }

    private void Replace()
    {
        for (var i = 0; i < _managers.Count; i++)
        {
            if (!_managers[i].IsDead || _managers[i].IsBusy)
                continue;
            _ = _managers[i].DisposeAsync().AsTask();
            _managers[i] = new SimManager(this, Name("manager"));
        }
        for (var i = 0; i < _functions.Count; i++)
        {
            if (_functions[i].IsDead && !_functions[i].IsBusy)
                _functions[i] = new SimFunction(this, Name(i % 2 == 0 ? "internal" : "external"), hasDatabase: i % 2 == 0);
        }
        for (var i = 0; i < _workers.Count; i++)
        {
            if (_workers[i].IsDead)
                _workers[i] = new SimWorker(this, Name("worker"));
        }
    }

    private string Name(string role) => $"{role}-{++_processes}";

    private async Task SubmitAsync()
    {
        var client = new SqsManagerQueue(new SimSender(this, process: null), "manager", Clock);
        foreach (var (message, _) in _workflow.Submissions)
        {
            await SendAsync(client, message);
            await Task.Delay(TimeSpan.FromSeconds(2 * Faults.Draw("submit")), Clock);
        }
        if (_workflow.Cancelled is not { } collection)
            return;
        while (!_server.Has(collection))
            await Task.Delay(TimeSpan.FromSeconds(1), Clock);
        await Task.Delay(TimeSpan.FromSeconds(20 * Faults.Draw("cancel")), Clock);
        var target = _workflow.CancelledName is { } name ? _server.Find(collection, name) : collection;
        await SendAsync(client, new Control(new ControlAction.Cancel(target), "the simulation", "its seed") { Id = Guid.CreateVersion7(Start) });
    }

    /// <summary>Until the queue has said that it has the message; it may have it twice then.</summary>
    private static async Task SendAsync(SqsManagerQueue client, ManagerMessage message)
    {
        while (true)
        {
            try
            {
                await client.SendAsync([message], CancellationToken.None);
                return;
            }
            catch (IOException)
            {
                // A client that was not acknowledged tries again.
            }
        }
    }

    /// <returns>False when the run is at its end.</returns>
    private bool MoveOn()
    {
        var now = Clock.GetUtcNow();
        var canWork = Queues["manager"].HasDue || _functions.Exists(function => !function.IsBusy && function.HasWork);
        if (!canWork && _over is null && _server.HasEnded(_workflow.Submissions.Count))
            _over = now;
        if (Clock.Elapsed > LivenessLimit || now - _over > Aftermath)
            return false;
        if (_settles)
            _server.Settle();
        _settles = false;
        var next = canWork ? now + TimeSpan.FromMilliseconds(_turns.Next(20, 500)) : NextMoment(now);
        Clock.Advance(next - now);
        _server.SetClock(Clock.GetUtcNow());
        if (next >= _nextTick)
        {
            _nextTick = next + TickInterval;
            Queues["manager"].Send(JsonSerializer.Serialize<ManagerMessage>(new Tick(), MessageJson.Default.ManagerMessage), TimeSpan.Zero);
        }
        return true;
    }

    private DateTimeOffset NextMoment(DateTimeOffset now)
    {
        var next = Queues.Values.Select(queue => queue.Next).Append(Clock.NextTimer).Where(time => time > now).Min() ?? _nextTick;
        return next < _nextTick ? next : _nextTick;
    }
}
