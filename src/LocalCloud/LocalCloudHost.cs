using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Control;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Faults;
using TaskMesh.LocalCloud.Lambda;
using TaskMesh.LocalCloud.Metadata;
using TaskMesh.LocalCloud.ObjectStore;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.LocalCloud.Processes;
using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud;

/// <summary>AWS on one machine, as one configuration describes it: started whole, stopped whole.</summary>
public sealed class LocalCloudHost : IAsyncDisposable
{
    private const int StoreConnections = 20;

    /// <summary>For answers that are on their way; nothing waits any more by then.</summary>
    private static readonly TimeSpan ServerStopLimit = TimeSpan.FromSeconds(5);

    /// <summary>AWS does not say how soon messages go that are older than their queue keeps them.</summary>
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Each message leaves two dead rows behind and receivers walk past them: what is cleared only once a minute halves the pace within one.
    /// </summary>
    private static readonly Dictionary<string, string> StoreSettings = new()
    {
        ["autovacuum_naptime"] = "1s",
        // What nobody waits for is on the disk within three times this.
        ["wal_writer_delay"] = "10ms",
    };

    private readonly CloudConfiguration _configuration;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _logs;
    private readonly CloudIds _ids;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>How to end what was started. The last one started ends first.</summary>
    private readonly Stack<Func<Task>> _endings = [];

    private LocalCloudHost(CloudConfiguration configuration, TimeProvider clock, Random random, ILoggerFactory logs)
    {
        _configuration = configuration;
        _clock = clock;
        _logs = logs;
        _ids = new CloudIds(random);
        Faults = new FaultSource(configuration.Faults.Seed);
    }

    /// <summary>The value of AWS_ENDPOINT_URL, here and in every namespace of an image.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Of all services: ends and counts what goes wrong on purpose.</summary>
    public FaultSource Faults { get; }

    /// <summary>Ends when the private store has ended without having been asked; then nothing works any more, and a new start does.</summary>
    public Task StoreEnded { get; private set; } = new TaskCompletionSource().Task;

    /// <summary>Returns when every service answers.</summary>
    public static async Task<LocalCloudHost> StartAsync(
        CloudConfiguration configuration, TimeProvider clock, Random random, ILoggerFactory logs, CancellationToken cancellation)
    {
        var host = new LocalCloudHost(configuration, clock, random, logs);
        try
        {
            await host.StartAsync(cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_endings.TryPop(out var end))
            await end();
        _stopping.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(_configuration.LogFolder);
        var sockets = Listen();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)sockets[0].LocalEndPoint!).Port}");
        var source = await OpenStoreAsync(cancellation);
        var queues = new SqsQueues(new QueueStore(source), _configuration, Endpoint, _clock);
        OnEnd(() => queues.Dispose());
        await queues.OpenAsync(cancellation);
        var faults = new SqsFaults(_configuration.Faults.Queues, Faults);
        var messages = new SqsMessages(new MessageStore(source), queues, faults, _ids, _clock);
        var moves = new MoveTaskStore(source);
        var functions = _configuration.Functions.ToDictionary(function => function.Name, NewFunction);
        var ec2Faults = new Ec2Faults(_configuration.Ec2.Faults, Faults);
        var fleet = new InstanceFleet(_configuration, ec2Faults, Endpoint, _ids, _clock, _logs.CreateLogger<InstanceFleet>());
        var templates = new LaunchTemplates(_configuration);
        var catalogue = new Ec2Catalogue(templates, _configuration, _clock);
        var ec2 = new Ec2Endpoint(new Ec2Operations(fleet, templates, catalogue, _configuration, _clock), ec2Faults, _ids, _clock);
        var endpoint = new CloudEndpoint(
            Sqs(queues, messages, moves, faults, source),
            ec2,
            new LambdaEndpoint(functions, _ids, _clock),
            new MetadataEndpoint(fleet, _configuration, _clock),
            new ControlEndpoint(fleet, ec2, ec2Faults, _clock),
            ObjectStore(),
            _logs.CreateLogger<CloudEndpoint>(),
            _stopping.Token);
        await ServeAsync(sockets, endpoint, cancellation);
        _endings.Push(() => Task.WhenAll([fleet.StopAsync(), .. functions.Values.Select(function => function.StopAsync())]));
        RunLoops([.. await EventSourcesAsync(queues, messages, functions, cancellation), .. Timers(queues, messages, moves)]);
    }

    /// <summary>The same port here and in every namespace, so that one address is good everywhere and nothing is routed.</summary>
    private List<Socket> Listen()
    {
        var sockets = new List<Socket>();
        OnEnd(() => sockets.ForEach(socket => socket.Dispose()));
        sockets.Add(NetworkNamespace.Bind(null, _configuration.Port));
        var port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
        foreach (var name in _configuration.Images.Values.Select(image => image.NetworkNamespace).OfType<string>().Distinct())
            sockets.Add(NetworkNamespace.Bind(name, port));
        return sockets;
    }

    private async Task<NpgsqlDataSource> OpenStoreAsync(CancellationToken cancellation)
    {
        var connectionString = _configuration.Store.ConnectionString;
        if (_configuration.Store.Folder is { } folder)
        {
            var options = new PostgresOptions(folder) { Durable = _configuration.Store.Durable, Settings = StoreSettings };
            var cluster = await PostgresCluster.StartAsync(options, _clock, cancellation);
            _endings.Push(() => cluster.DisposeAsync().AsTask());
            StoreEnded = cluster.Exited;
            connectionString = cluster.ConnectionString;
        }
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = StoreConnections,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            // A statement is planned once. A plan that was made for an almost empty queue must not read a full one from end to end.
            Options = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off",
        });
        _endings.Push(() => source.DisposeAsync().AsTask());
        return source;
    }

    private SqsEndpoint Sqs(SqsQueues queues, SqsMessages messages, MoveTaskStore moves, SqsFaults faults, NpgsqlDataSource source)
    {
        var operations = new SqsOperations(
            new QueueOperations(queues, messages, _clock),
            new MessageOperations(queues, messages, faults),
            new MoveTaskOperations(queues, moves, _clock));
        return new SqsEndpoint(operations, faults, source, _ids);
    }

    private LambdaFunction NewFunction(FunctionConfiguration function)
    {
        var made = new LambdaFunction(function, _configuration, Endpoint, _ids, _clock, _logs.CreateLogger<LambdaFunction>());
        OnEnd(() => made.Dispose());
        return made;
    }

    private ObjectEndpoint? ObjectStore()
    {
        if (_configuration.ObjectStore is not { } store)
            return null;
        var objects = new FileObjects(store.Folder, _ids);
        foreach (var bucket in store.Buckets ?? [])
            objects.CreateBucket(bucket);
        return new ObjectEndpoint(objects, _ids, _clock);
    }

    private async Task ServeAsync(List<Socket> sockets, CloudEndpoint endpoint, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_logs);
        builder.WebHost
            .UseKestrelCore()
            .ConfigureKestrel(server =>
            {
                server.AddServerHeader = false;
                foreach (var socket in sockets)
                    server.ListenHandle((ulong)socket.Handle);
            })
            // A handle with two owners would be closed twice: the server gets the socket itself.
            .UseSockets(transport => transport.CreateBoundListenSocket = handle =>
                sockets.Single(socket => (ulong)socket.Handle == ((FileHandleEndPoint)handle).FileHandle));
        var app = builder.Build();
        app.Run(endpoint.HandleAsync);
        _endings.Push(async () =>
        {
            // Whoever still waits for a message is told that there will be none.
            await _stopping.CancelAsync();
            using var limit = new CancellationTokenSource(ServerStopLimit, _clock);
            await app.StopAsync(limit.Token);
            await app.DisposeAsync();
        });
        await app.StartAsync(cancellation);
    }

    /// <summary>What the functions of an earlier LocalCloud had in hand is free again: they died with it.</summary>
    private async Task<List<Func<CancellationToken, Task>>> EventSourcesAsync(
        SqsQueues queues, SqsMessages messages, Dictionary<string, LambdaFunction> functions, CancellationToken cancellation)
    {
        var loops = new List<Func<CancellationToken, Task>>();
        foreach (var function in _configuration.Functions)
        {
            foreach (var source in function.EventSources)
            {
                var queue = queues.Find(source.Queue)!;
                await messages.ReleaseAsync(queue, cancellation);
                loops.Add(new EventSource(
                    source, queue, functions[function.Name], messages, queues, _configuration, _clock, _logs.CreateLogger<EventSource>()).RunAsync);
            }
        }
        return loops;
    }

    /// <summary>The timers of the configuration, which EventBridge has on AWS, and what SQS does by itself.</summary>
    private IEnumerable<Func<CancellationToken, Task>> Timers(SqsQueues queues, SqsMessages messages, MoveTaskStore moves)
    {
        foreach (var timer in _configuration.Timers)
        {
            var queue = queues.Find(timer.Queue)!;
            var body = timer.Body.ValueKind == JsonValueKind.String ? timer.Body.GetString() : timer.Body.GetRawText();
            var interval = TimeSpan.FromSeconds(timer.IntervalSeconds);
            yield return Loop($"The timer of queue {queue.Name}", interval, stop => messages.SendAsync(queue, [new() { MessageBody = body }], stop));
        }
        yield return Loop("Moving dead letters", MessageMover.Interval, new MessageMover(moves, queues, _clock).MoveAsync);
        yield return Loop("Deleting old messages", ExpiryInterval, messages.ExpireAsync);
    }

    private Func<CancellationToken, Task> Loop(string what, TimeSpan interval, Func<CancellationToken, Task> act) =>
        new PeriodicLoop(what, interval, act, _clock, _logs.CreateLogger<PeriodicLoop>()).RunAsync;

    /// <summary>At the end, calls of functions that are under way get the grace time; those that take longer end with their processes.</summary>
    private void RunLoops(IEnumerable<Func<CancellationToken, Task>> loops)
    {
        var cancelling = new CancellationTokenSource();
        var running = Task.WhenAll(loops.Select(loop => Task.Run(() => loop(cancelling.Token))));
        _endings.Push(async () =>
        {
            await cancelling.CancelAsync();
            await running.WaitAsync(TimeSpan.FromSeconds(_configuration.StopGraceSeconds), _clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
    }

    private void OnEnd(Action end) => _endings.Push(() =>
    {
        end();
        return Task.CompletedTask;
    });
}
