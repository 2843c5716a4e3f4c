using System.Globalization;
using System.Text.Json;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.Cli.Local;

/// <summary>What LocalCloud runs for a mesh: the queues, functions, template and timer that CDK makes on AWS.</summary>
public static class LocalCloudPlan
{
    public const string Region = "eu-local-1";

    /// <summary>Also the name of the bucket for large values.</summary>
    public const string Stage = "taskmesh-local";

    private const string Account = "000000000000";

    /// <summary>AWS asks for a visibility timeout of six times the function's timeout.</summary>
    private const int VisibilityPerTimeout = 6;

    private const int ManagerTimeout = 60;
    private const int ExternalTimeout = 150;
    private const int InternalTimeout = 300;
    private const int FunctionConcurrency = 4;
    private const int Zones = 'z' - 'a' + 1;

    /// <summary>The same figures as in cdk/Constructs/Queues.cs.</summary>
    private static readonly (string Name, int VisibilitySeconds, int MaxReceives)[] Queues =
    [
        ("manager", VisibilityPerTimeout * ManagerTimeout, 10),
        ("control", VisibilityPerTimeout * ManagerTimeout, 10),
        ("external", VisibilityPerTimeout * ExternalTimeout, 10),
        ("internal", VisibilityPerTimeout * InternalTimeout, 10),
        ("bare-metal", (int)LeaseKeeper.LeaseTime.TotalSeconds, 100),
    ];

    public static string QueueUrl(int port, string queue) => $"http://127.0.0.1:{port}/{Account}/{NameOf(queue)}";

    /// <param name="databaseAs">How one of the product's roles reaches its database.</param>
    public static CloudConfiguration For(LocalMeshOptions options, Func<string, string> databaseAs, HostPrograms programs, int port)
    {
        var meshUser = ServiceUsers.Available ? ServiceUsers.Mesh : (int?)null;
        var outsideUser = ServiceUsers.Available ? ServiceUsers.Outside : (int?)null;
        return new CloudConfiguration
        {
            Region = Region,
            AccountId = Account,
            Port = port,
            LogFolder = options.LogFolder,
            Store = new StoreConfiguration { Folder = Path.Combine(options.Folder, "cloud"), Durable = options.Durable },
            ObjectStore = new ObjectStoreConfiguration(Path.Combine(options.Folder, "objects"), [Stage]),
            Queues = [.. Queues.SelectMany(queue => Queue(queue.Name, queue.VisibilitySeconds, queue.MaxReceives))],
            Functions =
            [
                new FunctionConfiguration
                {
                    Name = "manager",
                    Command = programs.Command("Manager"),
                    Environment = ManagerEnvironment(options, databaseAs, port),
                    UserId = meshUser,
                    Concurrency = options.Managers,
                    TimeoutSeconds = ManagerTimeout,
                    EventSources = [Source("manager"), Source("control")],
                },
                new FunctionConfiguration
                {
                    Name = "external",
                    Command = programs.Command("Workers.External"),
                    Environment = ExternalEnvironment(options, port),
                    UserId = outsideUser,
                    Concurrency = FunctionConcurrency,
                    TimeoutSeconds = ExternalTimeout,
                    EventSources = [Source("external")],
                },
                new FunctionConfiguration
                {
                    Name = "internal",
                    Command = programs.Command("Workers.Internal"),
                    Environment = new Dictionary<string, string>
                    {
                        ["TASKMESH_DATABASE"] = databaseAs("tm_internal"),
                        ["TASKMESH_MANAGER_QUEUE_URL"] = QueueUrl(port, "manager"),
                        ["TASKMESH_OBJECTS_BUCKET"] = Stage,
                    },
                    UserId = meshUser,
                    Concurrency = FunctionConcurrency,
                    TimeoutSeconds = InternalTimeout,
                    EventSources = [Source("internal")],
                },
            ],
            Images = new Dictionary<string, ImageConfiguration>
            {
                ["ami-taskmesh"] = new ImageConfiguration
                {
                    Command = programs.Command("Workers.BareMetal"),
                    Environment = WorkerEnvironment(options, databaseAs, port),
                    UserId = meshUser,
                    Capabilities = meshUser is null ? [] : ["net_raw"],
                    NetworkNamespace = options.ScannerNamespace,
                },
            },
            Ec2 = options.Ec2,
            Faults = options.Faults,
            Subnets = Subnets(options),
            LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration>
            {
                ["taskmesh-bare-metal-worker"] = new([new TemplateVersionConfiguration("ami-taskmesh", "t4g.micro")]),
            },
            Timers =
            [
                new TimerConfiguration(options.TickInterval.TotalSeconds, NameOf("manager"), TickBody(Sweep.Minute)),
                new TimerConfiguration(TimeSpan.FromHours(1).TotalSeconds, NameOf("manager"), TickBody(Sweep.Housekeeping)),
            ],
        };
    }

    /// <summary>Those that the Manager asks for, in as many zones as have a letter.</summary>
    private static Dictionary<string, SubnetConfiguration> Subnets(LocalMeshOptions options) =>
        (options.ManagerEnvironment.GetValueOrDefault("BARE_METAL_WORKER_SUBNETS") ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Distinct()
            .Select((subnet, place) => (subnet, place))
            .ToDictionary(one => one.subnet, one => new SubnetConfiguration($"{Region}{(char)('a' + one.place % Zones)}"));

    private static Dictionary<string, string> ManagerEnvironment(LocalMeshOptions options, Func<string, string> databaseAs, int port) => new(
        options.ManagerEnvironment)
    {
        ["TASKMESH_DATABASE"] = databaseAs("tm_manager"),
        ["TASKMESH_MANAGER_QUEUE_URL"] = QueueUrl(port, "manager"),
        ["TASKMESH_OBJECTS_BUCKET"] = Stage,
        ["TASKMESH_EXTERNAL_QUEUE_URL"] = QueueUrl(port, "external"),
        ["TASKMESH_INTERNAL_QUEUE_URL"] = QueueUrl(port, "internal"),
        ["TASKMESH_BARE_METAL_QUEUE_URL"] = QueueUrl(port, "bare-metal"),
    };

    private static Dictionary<string, string> ExternalEnvironment(LocalMeshOptions options, int port)
    {
        var environment = new Dictionary<string, string>(options.ExternalEnvironment)
        {
            ["TASKMESH_MANAGER_QUEUE_URL"] = QueueUrl(port, "manager"),
            ["TASKMESH_OBJECTS_BUCKET"] = Stage,
        };
        if (options.Providers.Count > 0)
            environment["TASKMESH_EXTERNAL_PROVIDERS"] = string.Join(
                ',', options.Providers.Select(provider => $"{provider.Key}={provider.Value}"));
        return environment;
    }

    private static Dictionary<string, string> WorkerEnvironment(
        LocalMeshOptions options, Func<string, string> databaseAs, int port) => new()
        {
            ["TASKMESH_DATABASE"] = databaseAs("tm_worker"),
            ["TASKMESH_MANAGER_QUEUE_URL"] = QueueUrl(port, "manager"),
            ["TASKMESH_OBJECTS_BUCKET"] = Stage,
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = QueueUrl(port, "bare-metal"),
            ["BARE_METAL_IDLE_TIMEOUT"] = Duration.Write(options.WorkerIdleTimeout),
        };

    private static IEnumerable<QueueConfiguration> Queue(string queue, int visibilitySeconds, int maxReceives)
    {
        var dead = $"{NameOf(queue)}-dead";
        yield return new QueueConfiguration(dead);
        yield return new QueueConfiguration(NameOf(queue), new Dictionary<string, string>
        {
            ["VisibilityTimeout"] = visibilitySeconds.ToString(CultureInfo.InvariantCulture),
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"arn:aws:sqs:{{Region}}:{{Account}}:{{dead}}","maxReceiveCount":{{maxReceives}}}""",
        });
    }

    private static EventSourceConfiguration Source(string queue) => new() { Queue = NameOf(queue), ReportBatchItemFailures = true };

    private static JsonElement TickBody(Sweep sweep) =>
        JsonSerializer.SerializeToElement<ManagerMessage>(new Tick(sweep), MessageJson.Default.ManagerMessage);

    private static string NameOf(string queue) => $"{Stage}-{queue}";
}
