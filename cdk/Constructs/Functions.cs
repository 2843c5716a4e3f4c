using Amazon.CDK;
using Amazon.CDK.AWS.Lambda.EventSources;
using Amazon.CDK.AWS.SQS;
using Constructs;
using TaskMesh.Core.Metrics;

namespace TaskMesh.Cdk.Constructs;

/// <summary>The three hosts that run as functions, what wakes them, and what they may do.</summary>
public sealed class Functions : Construct
{
    private const int BatchSize = 10;

    private readonly MeshOptions _options;
    private readonly MeshPackages _packages;
    private readonly Network _network;
    private readonly Queues _queues;
    private readonly MeshDatabase _database;
    private readonly ObjectStore _objects;
    private readonly BareMetalFleet _fleet;

    public Functions(
        Construct scope,
        MeshOptions options,
        MeshPackages packages,
        Network network,
        Queues queues,
        MeshDatabase database,
        ObjectStore objects,
        BareMetalFleet fleet)
        : base(scope, nameof(Functions))
    {
        (_options, _packages, _network, _queues, _database, _objects, _fleet) = (options, packages, network, queues, database, objects, fleet);
        Manager = AddManager();
        External = AddExternal();
        Internal = AddInternal();
    }

    public MeshFunction Manager { get; }

    public MeshFunction External { get; }

    public MeshFunction Internal { get; }

    private MeshFunction AddManager()
    {
        var function = Add("manager", "TaskMesh.Manager", FunctionTimeouts.Manager, 1024, Concurrency.Manager, _network, new()
        {
            ["TASKMESH_DATABASE"] = _database.ConnectionString("tm_manager", MeshFunction.Certificates),
            ["TASKMESH_DATABASE_IAM"] = "1",
            ["TASKMESH_EXTERNAL_QUEUE_URL"] = _queues.External.QueueUrl,
            ["TASKMESH_INTERNAL_QUEUE_URL"] = _queues.Internal.QueueUrl,
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = _queues.BareMetal.QueueUrl,
            ["TASKMESH_MANAGER_LAUNCH_TEMPLATE"] = _fleet.TemplateName,
            ["TASKMESH_MANAGER_TEMPLATE_TYPE"] = _options.Fleet.InstanceTypes[0],
            ["TASKMESH_MANAGER_INSTANCE_TYPES"] = string.Join(',', _options.Fleet.InstanceTypes),
            ["TASKMESH_MANAGER_IMAGE_ARCHITECTURE"] = $"{_options.Fleet.Architecture}".ToLowerInvariant(),
            ["BARE_METAL_WORKER_SUBNETS"] = Fn.Join(",", _network.Vpc.SelectSubnets(_network.PublicSubnets).SubnetIds),
            ["MAX_BARE_METAL_WORKERS"] = $"{_options.Fleet.MaxWorkers}",
        });
        foreach (var (variable, value) in _options.Fleet.Settings)
            function.Function.AddEnvironment(variable, value);
        if (_queues.Pools.Count > 0)
            function.Function.AddEnvironment("TASKMESH_MANAGER_POOLS", Stack.Of(this).ToJsonString(_queues.Pools.Select(PoolSetting).ToArray()));
        Wake(function, Concurrency.Manager - Concurrency.Control, _queues.Manager);
        Wake(function, Concurrency.Control, _queues.Control);
        // To itself: reminders.
        function.Role.MaySend([_queues.Manager, _queues.External, _queues.Internal, _queues.BareMetal, .. _queues.Pools.Values]);
        function.Role.MayGet(_objects.Bucket, "inputs/*", "results/*");
        function.Role.MayPut(_objects.Bucket, "inputs/*");
        // Housekeeping removes what no row refers to.
        function.Role.May(["s3:DeleteObject"], [_objects.Bucket.ArnForObjects("inputs/*"), _objects.Bucket.ArnForObjects("results/*")]);
        function.Role.May(["s3:ListBucket"], [_objects.Bucket.BucketArn]);
        _database.GrantConnect(function.Role, "tm_manager");
        _fleet.GrantLaunch(function.Role);
        return function;
    }

    private MeshFunction AddExternal()
    {
        var function = Add("external", "TaskMesh.Workers.External", FunctionTimeouts.External, 512, Concurrency.External, network: null, []);
        if (_options.ProviderKeys is { } secret)
        {
            function.Function.AddEnvironment("TASKMESH_EXTERNAL_KEYS_SECRET", secret);
            function.Role.May(["secretsmanager:GetSecretValue"], [secret]);
        }
        Wake(function, Concurrency.External, [_queues.External, .. PoolsOf("External")]);
        function.Role.MaySend(_queues.Manager);
        function.Role.MayGet(_objects.Bucket, "inputs/*");
        function.Role.MayPut(_objects.Bucket, "results/*");
        return function;
    }

    private MeshFunction AddInternal()
    {
        var function = Add("internal", "TaskMesh.Workers.Internal", FunctionTimeouts.Internal, 1024, Concurrency.Internal, _network, new()
        {
            ["TASKMESH_DATABASE"] = _database.ConnectionString("tm_internal", MeshFunction.Certificates),
            ["TASKMESH_DATABASE_IAM"] = "1",
        });
        Wake(function, Concurrency.Internal, [_queues.Internal, .. PoolsOf("Internal")]);
        function.Role.MaySend(_queues.Manager);
        function.Role.MayGet(_objects.Bucket, "inputs/*", "results/*");
        function.Role.MayPut(_objects.Bucket, "results/*");
        _database.GrantConnect(function.Role, "tm_internal");
        return function;
    }

    private MeshFunction Add(
        string name, string assembly, TimeSpan timeout, int memory, int concurrency, Network? network, Dictionary<string, string> environment)
    {
        environment["TASKMESH_MANAGER_QUEUE_URL"] = _queues.Manager.QueueUrl;
        environment[Meter.Variable] = _options.Stage.Name;
        environment["TASKMESH_OBJECTS_BUCKET"] = _objects.Bucket.BucketName;
        return new MeshFunction(this, name, _options.Stage, _packages, new MeshFunctionProps(assembly, timeout, memory, environment)
        {
            Network = network,
            Concurrency = concurrency,
        });
    }

    /// <summary>
    /// What Lambda starts at once is limited at the source, so that no message is received, refused for want of concurrency and counted as received.
    /// </summary>
    private static void Wake(MeshFunction function, int concurrency, params Queue[] queues)
    {
        const int leastConcurrency = 2;
        foreach (var queue in queues)
            function.Function.AddEventSource(new SqsEventSource(queue, new SqsEventSourceProps
            {
                BatchSize = BatchSize,
                MaxConcurrency = int.Max(leastConcurrency, concurrency / queues.Length),
                ReportBatchItemFailures = true,
            }));
        function.Role.MayConsume(queues);
    }

    private IEnumerable<Queue> PoolsOf(string workerClass) => _queues.Pools.Where(pool => pool.Key.Class == workerClass).Select(pool => pool.Value);

    /// <summary>In the words of the Manager's setting.</summary>
    private static Dictionary<string, object> PoolSetting(KeyValuePair<PoolOptions, Queue> pool)
    {
        var setting = new Dictionary<string, object>
        {
            ["name"] = pool.Key.Name,
            ["class"] = pool.Key.Class,
            ["slots"] = pool.Key.Slots,
            ["queueUrl"] = pool.Value.QueueUrl,
        };
        if (pool.Key.Labels is { } labels)
            setting["labels"] = labels;
        if (pool.Key.Kinds is { } kinds)
            setting["kinds"] = kinds.ToArray();
        return setting;
    }
}
