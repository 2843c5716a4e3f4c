using Microsoft.Extensions.Logging;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Metrics;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Puts the Manager together: everything that it is made of, once per process.</summary>
public sealed class ManagerHost : IAsyncDisposable
{
    /// <summary>A function handles one batch at a time; the others are for what happens beside it.</summary>
    private const int Connections = 4;

    private readonly NpgsqlDataSource _database;
    private readonly ManagerSettings _settings;
    private readonly TaskCatalogue _catalogue;
    private readonly TimeProvider _clock;
    private bool _isStarted;
    private readonly FleetLedger _ledger;

    public ManagerHost(
        ManagerSettings settings,
        TaskCatalogue catalogue,
        IMessageSender sender,
        IObjectStore? objects,
        IComputeFleet fleet,
        TimeProvider clock,
        Random random,
        ILogger logger,
        PasswordSource? passwords = null,
        Meter? meter = null)
    {
        _settings = settings;
        _catalogue = catalogue;
        _clock = clock;
        _database = Database.Open(settings.Database, "taskmesh-manager", Connections, passwords);
        var log = new ManagerLog(logger);
        _ledger = new FleetLedger(_database, PoolSettings.BareMetalPool);
        var launcher = new FleetLauncher(_ledger, fleet, settings.Fleet, new IdSource(clock, random), clock, random, log);
        var reconciler = new FleetReconciler(_ledger, fleet, launcher, settings.Fleet, clock, log);
        var references = new ReferenceResolver(objects);
        var performer = new EffectPerformer(_database, sender, objects, references, catalogue, settings, launcher, log);
        var work = new UnitOfWork(_database, performer, clock);
        var generators = new GeneratorSettler(work, _database, random);
        var settler = new ContainerSettler(work, generators, _database, random);
        var planner = new CollectionPlanner(catalogue, settings.Pools);
        var intake = new IntakeDesk(planner, clock);
        var children = new ChildPlanner(catalogue, settings.Pools);
        var stragglers = new StragglerDesk(catalogue, children, clock, random);
        var completions = new CompletionDesk(catalogue, stragglers, settings.ObjectsBucket, random);
        var decider = new BatchDecider(
            new ControlDesk(references, new ScheduleDesk(planner), random),
            intake,
            new ChildDesk(children, clock, random),
            completions);
        var plain = new PlainReports(work, completions, settler);
        var sweeps = new SweepRunner(
            work,
            settler,
            generators,
            performer,
            reconciler,
            new ScheduleSweep(work, intake),
            new LeftoverSweep(work, intake, catalogue),
            new RoutingSweep(work, catalogue, settings.Pools),
            stragglers,
            new FigureSweep(_database, settings.Fleet, clock, meter ?? Meter.Silent),
            _database,
            log,
            random);
        Handler = new MessageHandler(
            work,
            decider,
            plain,
            settler,
            sweeps,
            new RetentionRunner(_database, objects, settings.Retention, log, clock),
            log,
            meter ?? Meter.Silent,
            clock);
    }

    public MessageHandler Handler { get; }

    /// <summary>Makes pools and launch slots of the settings known to the database, and waits for it if it is away.</summary>
    public async Task StartAsync(CancellationToken cancellation) =>
        _isStarted = await Database.WaitForAsync(() => ConfigureAsync(cancellation), UnitOfWork.Patience, _clock, cancellation);

    /// <summary>Handles a batch, once the host has started.</summary>
    public async Task<IReadOnlyList<string>> HandleAsync(IReadOnlyList<Envelope> batch, CancellationToken cancellation)
    {
        if (!_isStarted)
            await StartAsync(cancellation);
        return await Handler.HandleAsync(batch, cancellation);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<bool> ConfigureAsync(CancellationToken cancellation)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        var pools = new PoolStore(connection);
        await pools.ConfigureAsync(_settings.Pools, cancellation);
        await pools.ConfigureAsync(
            [.. from entry in _catalogue.Entries
                let bucket = entry.RateLimit
                where bucket is not null
                select (entry.Kind, _settings.RateLimits.TryGetValue(bucket, out var limit) ? limit : RateLimit.None(bucket))],
            cancellation);
        await _ledger.ConfigureAsync(_settings.Fleet.MaxWorkers, cancellation);
        await _ledger.TellAsync(_settings.Rules, cancellation);
        return true;
    }
}
