using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TaskMesh.Aws;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Metrics;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Workers;
using TaskMesh.Workers.BareMetal.Scanning;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal;

/// <summary>
/// The life of a bare-metal worker: register, poll, run, and leave when there is nothing to do or somebody says so. It turns off its own machine,
/// since a machine that is forgotten costs money.
/// </summary>
public sealed class BareMetalWorkerHost(
    BareMetalWorkerSettings settings,
    TaskCatalogue catalogue,
    IHostApplicationLifetime lifetime,
    ILogger<BareMetalWorkerHost> logger,
    TimeProvider clock)
    : BackgroundService
{
    /// <summary>EX_NOPERM of sysexits(3).</summary>
    private const int PermissionError = 77;

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);

    /// <summary>For a database that is away while the worker boots; the Manager gives it 5 minutes to appear.</summary>
    private static readonly TimeSpan BootPatience = TimeSpan.FromMinutes(4);

    /// <summary>What is running must be handed back also when the database does not answer.</summary>
    private static readonly TimeSpan RetireLimit = TimeSpan.FromSeconds(2);

    /// <summary>SQS waits no longer.</summary>
    private static readonly TimeSpan PollWait = TimeSpan.FromSeconds(20);

    private static string Version { get; } = typeof(BareMetalWorkerHost).Assembly.GetName().Version!.ToString(3);

    private readonly WorkerLog _log = new(logger);

    /// <summary>Whether EC2 wants the machine back.</summary>
    private volatile bool _isWanted;

    /// <summary>Lives until it leaves or is told to stop.</summary>
    public static Task RunAsync(BareMetalWorkerSettings settings, TaskCatalogue catalogue)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // Longer than the tasks' grace time, shorter than systemd's TimeoutStopSec.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = BareMetalWorkerSettings.ShutdownLimit);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(catalogue);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<BareMetalWorkerHost>();
        return builder.Build().RunAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LiveAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            _log.Died(e);
            Environment.ExitCode = 1;
        }
        lifetime.StopApplication();
    }

    private async Task LiveAsync(CancellationToken stopping)
    {
        if (RawSocketPrivilege.Problem() is { } problem)
        {
            _log.NotAble(problem);
            Environment.ExitCode = PermissionError;
            return;
        }
        var id = settings.WorkerId ?? await InstanceMetadata.InstanceIdAsync(stopping);
        // A connection for each task and for its share of packets, one for heartbeats, one to spare.
        await using var database = Database.Open(
            settings.Database,
            "taskmesh-bare-metal",
            (2 * settings.Parallelism) + 2,
            settings.DatabaseIam ? DatabaseTokens.PasswordAsync : null);
        var registry = new WorkerRegistry(database, id, settings.Pool, Version, settings.Parallelism);
        if (!await Database.WaitForAsync(() => registry.HeartbeatAsync(stopping), BootPatience, clock, stopping))
        {
            _log.NotWanted(id);
            return;
        }
        _log.Started(id, settings.Parallelism);
        using var sqs = AwsClients.Sqs();
        var manager = new SqsManagerQueue(new SqsSender(sqs), settings.ManagerQueue, clock);
        var objects = AwsClients.Objects(settings.ObjectsBucket);
        var meter = new Meter(settings.Stage, clock, Console.Out.WriteLine);
        var executor = new TaskExecutor(
            catalogue,
            run => new WorkerCapabilities(
                new TaskData(database, run, objects, settings.Results, clock),
                new ReconData(database, run, clock),
                manager,
                new MeteredScanner(
                    new RawScanner(settings.Scanning, clock, budget: new PacketBudget(database, new(run.Id, run.Attempt, run.Nonce))), meter)),
            clock,
            objects,
            settings.Results);
        var loop = new QueueLoop(
            new SqsQueue(sqs, settings.TaskQueue),
            new TaskLeases(database, id),
            manager,
            executor,
            new QueueLoopSettings(settings.Parallelism, PollWait, settings.IdleTimeout, BareMetalWorkerSettings.Grace),
            fact => Report(fact, meter),
            clock);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        using var retired = new CancellationTokenSource();
        var beating = BeatAsync(registry, ended.Token);
        var watching = WatchAsync(leaving, ended.Token);
        var retiring = RetireAsync(registry, retired, leaving.Token);
        await loop.RunAsync(
            registry.DrainAsync, retired.Token, () => _isWanted ? BareMetalWorkerSettings.NoticeGrace : BareMetalWorkerSettings.Grace);
        await ended.CancelAsync();
        await Task.WhenAll(beating, watching, retiring);
        await registry.LeaveAsync(CancellationToken.None);
        _log.Left(id);
    }

    private void Report(LoopEvent fact, Meter meter)
    {
        _log.Report(fact);
        if (fact is LoopEvent.Ended ended)
            meter.Tell(MeshMetrics.AttemptsEnded, 1, ended.Run.Kind, ended.Outcome?.GetType().Name ?? "Superseded");
    }

    /// <summary>
    /// Told to stop, the worker first says that it is no capacity any more. Were its tasks back before that, the Manager would take it for the
    /// one to run them, and launch another only when it misses it.
    /// </summary>
    private async Task RetireAsync(WorkerRegistry registry, CancellationTokenSource retired, CancellationToken stopping)
    {
        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, clock, stopping));
        try
        {
            using var limit = new CancellationTokenSource(RetireLimit, clock);
            await registry.RetireAsync(limit.Token);
        }
        catch (Exception e)
        {
            _log.HeartbeatFailed(e);
        }
        await retired.CancelAsync();
    }

    /// <summary>Both ends that nobody signals drain the worker: it takes nothing more, and what runs gets its grace.</summary>
    private async Task WatchAsync(CancellationTokenSource leaving, CancellationToken stopping)
    {
        try
        {
            var look = settings.WorkerId is null ? InstanceMetadata.NoticeAsync : (Func<CancellationToken, Task<string?>>?)null;
            var notice = await new LifeWatch(settings.MaxLifetime, look, clock).WaitAsync(stopping);
            _isWanted = notice is not null;
            if (notice is not null)
                _log.Interrupted(notice);
            else
                _log.TooOld(settings.MaxLifetime);
            await leaving.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The worker leaves by itself.
        }
    }

    private async Task BeatAsync(WorkerRegistry registry, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(HeartbeatInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    await registry.HeartbeatAsync(stopping);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    _log.HeartbeatFailed(e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker leaves.
        }
    }
}
