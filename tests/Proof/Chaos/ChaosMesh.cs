using System.Globalization;
using System.Runtime.InteropServices;
using Amazon.SQS;
using Microsoft.Extensions.Logging;
using TaskMesh.Aws;
using TaskMesh.Cli.Local;
using TaskMesh.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Proof.Wire;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Chaos;

/// <summary>
/// A whole mesh: the production hosts as processes of LocalCloud, whose queues go wrong and whose own store does not, and a server that they reach
/// through a proxy only.
/// </summary>
internal sealed class ChaosMesh : IAsyncDisposable
{
    private const int MostWorkers = 3;

    private static readonly string[] Queues = ["manager", "internal", "bare-metal"];

    private readonly TemporaryFolder _folder = new();
    private readonly Stack<IAsyncDisposable> _parts = [];
    private readonly int _port = LocalMesh.FreePort();

    // The web server within LocalCloud would take both signals for itself.
    private readonly PosixSignalRegistration _interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));
    private readonly PosixSignalRegistration _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(143));
    private LocalCloudHost _cloud = null!;

    private ChaosMesh()
    {
    }

    public ChaosServer Server { get; private set; } = null!;

    public LocalCloud.Faults.FaultSource Faults => _cloud.Faults;

    public IAmazonSQS Sqs { get; private set; } = null!;

    public string ManagerQueue => LocalCloudPlan.QueueUrl(_port, "manager");

    public static async Task<ChaosMesh> StartAsync(ChaosPlan plan)
    {
        var mesh = new ChaosMesh();
        try
        {
            await mesh.StartPartsAsync(plan);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many messages are in dead-letter queues.</summary>
    public Task<int> DeadAsync() => CountAsync(Queues.Select(queue => $"{queue}-dead"));

    /// <summary>How many messages workers may still get.</summary>
    public Task<int> WaitingAsync() => CountAsync(Queues[1..]);

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
            await part.DisposeAsync();
        _folder.Dispose();
        _interrupted.Dispose();
        _terminated.Dispose();
    }

    private async Task StartPartsAsync(ChaosPlan plan)
    {
        _parts.Push(Server = await ChaosServer.StartAsync(_folder.Of("product")));
        var options = new LocalMeshOptions(_folder.Path) { Durable = plan.IsCalm };
        var wire = Directory.CreateDirectory(_folder.Of("wire")).FullName;
        var logs = LoggerFactory.Create(logging => logging.AddProvider(new FileLoggerProvider(Path.Combine(options.LogFolder, "localcloud.log"))));
        var planned = LocalCloudPlan.For(options, role => ChaosServer.As(role, plan.IsCalm ? Server.SocketFolder : wire), HostPrograms.Find(), _port);
        _cloud = await LocalCloudHost.StartAsync(Changed(planned, plan), TimeProvider.System, new Random(plan.Seed), logs, CancellationToken.None);
        _parts.Push(_cloud);
        // The proxy draws from the cloud's source of faults, and no host asks before there is work.
        _parts.Push(new PgProxy(wire, Server.SocketFolder, new ChaosWire(Faults, ChaosPlan.CutCommits)));
        Sqs = AwsClients.LocalSqs(_cloud.Endpoint);
    }

    /// <summary>The product's cloud, but for its programs.</summary>
    private static CloudConfiguration Changed(CloudConfiguration planned, ChaosPlan plan) => planned with
    {
        Faults = plan.Faults,
        StopGraceSeconds = 1,
        Queues = plan.FunctionTimeout is { } hidden
            ? [.. planned.Queues.Select(queue => queue.Attributes is null ? queue : queue with { Attributes = Hidden(queue.Attributes, hidden) })]
            : planned.Queues,
        Functions =
        [
            .. planned.Functions.Where(function => function.Name is ChaosHost.Manager or ChaosHost.Internal).Select(function => function with
            {
                Command = Host(function.Name),
                UserId = null,
                TimeoutSeconds = plan.FunctionTimeout?.TotalSeconds ?? function.TimeoutSeconds,
                Environment = new Dictionary<string, string>(function.Environment)
                {
                    ["MAX_BARE_METAL_WORKERS"] = MostWorkers.ToString(CultureInfo.InvariantCulture),
                },
            }),
        ],
        Images = planned.Images.ToDictionary(
            image => image.Key, image => image.Value with { Command = Host(ChaosHost.Worker), UserId = null, Capabilities = [] }),
    };

    private static Dictionary<string, string> Hidden(IReadOnlyDictionary<string, string> attributes, TimeSpan time) => new(attributes)
    {
        ["VisibilityTimeout"] = ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture),
    };

    private static string[] Host(string role) => [HostPrograms.Dotnet, typeof(ChaosHost).Assembly.Location, ChaosHost.Verb, role];

    private async Task<int> CountAsync(IEnumerable<string> queues)
    {
        string[] counted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"];
        var count = 0;
        foreach (var queue in queues)
        {
            var answer = await Sqs.GetQueueAttributesAsync(LocalCloudPlan.QueueUrl(_port, queue), [.. counted]);
            count += counted.Sum(name => int.Parse(answer.Attributes[name], CultureInfo.InvariantCulture));
        }
        return count;
    }
}
