using Amazon.CDK;
using Amazon.CDK.AWS.SQS;
using Constructs;

namespace TaskMesh.Cdk.Constructs;

/// <summary>
/// The queues of a stage. Each has a dead-letter queue for what no handler could acknowledge, encrypts what it holds
/// (SSE-SQS) and refuses callers without TLS.
/// </summary>
public sealed class Queues : Construct
{
    public const string ManagerName = "manager";

    public const string ControlName = "control";

    /// <summary>Room for Lambda to try a throttled batch again: docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.</summary>
    private const int FunctionTimeoutsPerVisibility = 6;

    /// <summary>
    /// Receives before a message is given up. The same page asks for 5 at least; 10, because a throttled or crashed
    /// invocation costs a receive that the message is not to blame for.
    /// </summary>
    private const int FunctionReceives = 10;

    /// <summary>A bare-metal message is shown again after 20 s, and whenever a worker was lost: half an hour of such receives.</summary>
    private const int WorkerReceives = 100;

    /// <summary>The lease of a bare-metal task. Workers extend it at a third of it, so a lost worker's task is free again within 20 s.</summary>
    private static readonly TimeSpan WorkerLease = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Retention = TimeSpan.FromDays(4);

    /// <summary>
    /// SQS's maximum. A message keeps its first time of sending when it is given up, so a dead-letter queue must keep longer than its source:
    /// docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html.
    /// </summary>
    private static readonly TimeSpan DeadRetention = TimeSpan.FromDays(14);

    private readonly MeshStage _stage;
    private readonly Dictionary<string, Queue> _dead = [];

    public Queues(Construct scope, MeshOptions options)
        : base(scope, nameof(Queues))
    {
        _stage = options.Stage;
        Manager = ForFunction(ManagerName, FunctionTimeouts.Manager);
        Control = ForFunction(ControlName, FunctionTimeouts.Manager);
        External = ForFunction("external", FunctionTimeouts.External);
        Internal = ForFunction("internal", FunctionTimeouts.Internal);
        BareMetal = WithDeadLetters("bare-metal", WorkerLease, WorkerReceives);
        Pools = options.Pools.ToDictionary(pool => pool, ForPool);
    }

    public Queue Manager { get; }

    /// <summary>Cancel, pause, kill switch: a second source of the Manager, which no backlog delays.</summary>
    public Queue Control { get; }

    public Queue External { get; }

    public Queue Internal { get; }

    public Queue BareMetal { get; }

    public IReadOnlyDictionary<PoolOptions, Queue> Pools { get; }

    /// <summary>Those with dead letters too.</summary>
    public IEnumerable<Queue> All => Node.Children.OfType<Queue>();

    public Queue DeadLettersOf(string name) => _dead[name];

    private Queue ForPool(PoolOptions pool) =>
        ForFunction(pool.Name, pool.Class == "External" ? FunctionTimeouts.External : FunctionTimeouts.Internal);

    private Queue ForFunction(string name, TimeSpan timeout) =>
        WithDeadLetters(name, FunctionTimeoutsPerVisibility * timeout, FunctionReceives);

    private Queue WithDeadLetters(string name, TimeSpan visibility, int receives)
    {
        var dead = Add($"{name}-dead", new QueueProps { RetentionPeriod = Seconds(DeadRetention) });
        _dead.Add(name, dead);
        return Add(name, new QueueProps
        {
            RetentionPeriod = Seconds(Retention),
            VisibilityTimeout = Seconds(visibility),
            DeadLetterQueue = new DeadLetterQueue { Queue = dead, MaxReceiveCount = receives },
        });
    }

    private Queue Add(string name, QueueProps props)
    {
        props.QueueName = _stage.NameOf(name);
        props.Encryption = QueueEncryption.SQS_MANAGED;
        props.EnforceSSL = true;
        return new Queue(this, name, props);
    }

    private static Duration Seconds(TimeSpan time) => Duration.Seconds(time.TotalSeconds);
}
