using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.Logs;
using Constructs;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Metrics;

namespace TaskMesh.Cdk.Constructs;

/// <summary>Three pictures of a stage: operations, fleet, scans.</summary>
public sealed class Dashboards : Construct
{
    private const string OfErrors = "filter LogLevel in ['Error', 'Critical']";

    private const int Half = 12;
    private const int Height = 6;

    private static readonly string[] FunctionNames = ["manager", "external", "internal"];

    private static readonly string[] Latencies = ["p50", "p95", "p99"];

    private readonly MeshOptions _options;
    private readonly Telling _telling;
    private readonly string[] _queues;

    public Dashboards(Construct scope, MeshOptions options, MeshDatabase database, params ILogGroup[] logs)
        : base(scope, nameof(Dashboards))
    {
        _options = options;
        _telling = new Telling(options.Stage);
        _queues = ["manager", "control", "external", "internal", "bare-metal", .. options.Pools.Select(pool => pool.Name)];
        Add(
            "operations",
            [
                Graph("Reports by outcome", _telling.Each(MeshMetrics.Reports, "Sum")),
                Graph("Attempts that succeed (%)", _telling.Share(MeshMetrics.Reports, nameof(TaskOutcome.Succeeded), "succeeded")),
            ],
            [
                Graph("Age of the oldest message (s)", Queues("ApproximateAgeOfOldestMessage", "Maximum")),
                Graph("Messages waiting", Queues("ApproximateNumberOfMessagesVisible", "Maximum")),
            ],
            [
                Graph("Messages in flight", Queues("ApproximateNumberOfMessagesNotVisible", "Maximum")),
                Graph("Messages deleted", Queues("NumberOfMessagesDeleted", "Sum")),
            ],
            [
                Graph("Tasks in flight", _telling.Each(MeshMetrics.TasksInFlight, "Maximum")),
                Graph("Tasks that wait for room", _telling.Each(MeshMetrics.TasksReady, "Maximum")),
            ],
            [
                Graph("Messages", _telling.One(MeshMetrics.Messages, "Sum")),
                Graph("Wait before the Manager (ms)", Percentiles(MeshMetrics.MessageWait, "manager")),
            ],
            [
                Graph(
                    "Left behind",
                    _telling.One(MeshMetrics.OutboxRows, "Maximum"),
                    _telling.One(MeshMetrics.OutboxAge, "Maximum"),
                    _telling.One(MeshMetrics.PutAside, "Maximum"),
                    _telling.One(MeshMetrics.DeadLetters, "Maximum"),
                    _telling.One(MeshMetrics.BatchesFailed, "Sum")),
                Graph("Function errors and throttles", [.. Functions("Errors", "Sum"), .. Functions("Throttles", "Sum")]),
            ],
            [
                Limited(
                    "Function time (ms)",
                    [.. Functions("Duration", "p50"), .. Functions("Duration", "p99")],
                    ("manager's limit", FunctionTimeouts.Manager.TotalMilliseconds),
                    ("external's limit", FunctionTimeouts.External.TotalMilliseconds),
                    ("internal's limit", FunctionTimeouts.Internal.TotalMilliseconds)),
                Limited(
                    "Functions at once",
                    Functions("ConcurrentExecutions", "Maximum"),
                    ("manager's limit", Concurrency.Manager),
                    ("external's limit", Concurrency.External),
                    ("internal's limit", Concurrency.Internal)),
            ],
            [
                Limited("Database connections", [database.Metric("DatabaseConnections", "Maximum")], ("alarm", MeshDatabase.MostConnections)),
                Graph("Database processor (%)", database.Metric("CPUUtilization", "Average")),
            ],
            [Graph("Dead rows", _telling.One(MeshMetrics.DeadRows, "Maximum")), ErrorKinds(logs)],
            [Errors(logs)]);
        Add(
            "fleet",
            [
                Limited("Slots by state", [_telling.Each(MeshMetrics.Workers, "Maximum")], ("cap", options.Fleet.MaxWorkers)),
                Graph("Cost an hour", _telling.One(MeshMetrics.FleetCost, "Maximum")),
            ],
            [
                Graph("Answers to launches", _telling.Each(MeshMetrics.LaunchAnswers, "Sum")),
                Graph("Launches by zone", _telling.Each(MeshMetrics.Launches, "Sum")),
            ],
            [
                Graph(
                    "Trouble with launches",
                    _telling.One(MeshMetrics.WorkersMissing, "Maximum"),
                    _telling.One(MeshMetrics.LaunchesRefused, "Sum"),
                    _telling.One(MeshMetrics.LaunchesStopped, "Maximum"),
                    _telling.One(MeshMetrics.Orphans, "Maximum")),
                Graph("Oldest worker (s)", _telling.One(MeshMetrics.OldestWorker, "Maximum")),
            ],
            [Graph("Age of the oldest message (s)", _telling.Queue("ApproximateAgeOfOldestMessage", "bare-metal", "Maximum"))]);
        Add(
            "scans",
            [Graph("Scans", _telling.Each(MeshMetrics.Scans, "Sum")), Graph("Degraded", _telling.Each(MeshMetrics.ScansDegraded, "Sum"))],
            [Graph("Packets", _telling.Each(MeshMetrics.ScanPackets, "Sum")), Graph("Good answers", _telling.Each(MeshMetrics.ScanOpen, "Sum"))],
            [
                Graph("Forbidden by the scope", _telling.Each(MeshMetrics.ScanOutOfScope, "Sum")),
                Graph("Replies lost", _telling.Each(MeshMetrics.ScanRepliesLost, "Sum")),
            ],
            [Graph("Attempts by kind and outcome", _telling.Each(MeshMetrics.AttemptsEnded, "Sum"))]);
    }

    private void Add(string name, params IWidget[][] rows) =>
        _ = new Dashboard(this, name, new DashboardProps { DashboardName = _options.Stage.NameOf(name), Widgets = rows });

    private static GraphWidget Graph(string title, params IMetric[] metrics) =>
        new(new GraphWidgetProps { Title = title, Left = metrics, Width = Half, Height = Height });

    /// <summary>With lines for what must not be reached.</summary>
    private static GraphWidget Limited(string title, IMetric[] metrics, params (string Label, double Value)[] limits) => new(new GraphWidgetProps
    {
        Title = title,
        Left = metrics,
        LeftAnnotations = [.. limits.Select(limit => new HorizontalAnnotation { Label = limit.Label, Value = limit.Value })],
        Width = Half,
        Height = Height,
    });

    private static LogQueryWidget Errors(ILogGroup[] logs) =>
        Logs("Last errors", logs, "fields @timestamp, Category, Message", OfErrors, "sort @timestamp desc", "limit 20");

    /// <summary>An event of the code is one kind, whatever task or host it names.</summary>
    private static LogQueryWidget ErrorKinds(ILogGroup[] logs) => Logs(
        "Errors by kind",
        logs,
        OfErrors,
        "stats count(*) as times, latest(@timestamp) as last, latest(Message) as example by Category, EventId",
        "sort times desc",
        "limit 20");

    private static LogQueryWidget Logs(string title, ILogGroup[] logs, params string[] query) => new(new LogQueryWidgetProps
    {
        Title = title,
        LogGroupNames = [.. logs.Select(group => group.LogGroupName)],
        QueryLines = query,
        Width = Half,
        Height = Height,
    });

    private IMetric[] Queues(string metric, string statistic) => [.. _queues.Select(queue => _telling.Queue(metric, queue, statistic))];

    private IMetric[] Functions(string metric, string statistic) =>
        [.. FunctionNames.Select(function => _telling.Function(metric, function, statistic))];

    private IMetric[] Percentiles(TaskMesh.Core.Metrics.Metric told, string queue) =>
        [.. Latencies.Select(statistic => _telling.One(told, statistic, _options.Stage.NameOf(queue)))];
}
