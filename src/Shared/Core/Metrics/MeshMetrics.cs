namespace TaskMesh.Core.Metrics;

/// <summary>Every metric there is. Dashboards and alarms take their names from here, so that none waits for what nobody tells.</summary>
public static class MeshMetrics
{
    public const string Namespace = "TaskMesh";

    public static readonly Metric Messages = new("Messages", MetricUnit.Count, "messages that the Manager has handled");

    public static readonly Metric MessageWait = new("MessageWait", MetricUnit.Milliseconds, "how long the oldest of a batch had waited", "Queue");

    public static readonly Metric BatchesFailed = new("BatchesFailed", MetricUnit.Count, "batches with a message that must come again");

    public static readonly Metric Reports = new("Reports", MetricUnit.Count, "reports of ended attempts, as they came", "Outcome");

    public static readonly Metric TasksInFlight = new("TasksInFlight", MetricUnit.Count, "tasks that workers were sent and have not ended", "Pool");

    public static readonly Metric TasksReady = new("TasksReady", MetricUnit.Count, "tasks that wait for room; counted to 10,000", "Pool");

    public static readonly Metric OutboxRows = new("OutboxRows", MetricUnit.Count, "batches of tasks that no queue has taken yet");

    public static readonly Metric OutboxAge = new("OutboxAge", MetricUnit.Seconds, "how long the oldest of them waits");

    public static readonly Metric PutAside = new("PutAside", MetricUnit.Count, "messages in quarantine that were not replayed; counted to 1,000");

    public static readonly Metric DeadLetters = new("DeadLetters", MetricUnit.Count, "tasks that failed and were not replayed; counted to 1,000");

    public static readonly Metric DeadRows = new(
        "DeadRows", MetricUnit.Count, "rows of the database that are gone and were not cleared away yet: more and more make it slow");

    public static readonly Metric Workers = new("Workers", MetricUnit.Count, "slots of bare-metal workers", "State");

    public static readonly Metric WorkersMissing = new(
        "WorkersMissing", MetricUnit.Count, "workers that the work needs and the cap allows, and that nobody has launched");

    public static readonly Metric LaunchesStopped = new("LaunchesStopped", MetricUnit.Count, "1 while nobody launches until somebody sees to it");

    public static readonly Metric Orphans = new("Orphans", MetricUnit.Count, "instances that belong to nobody and live yet");

    public static readonly Metric OldestWorker = new("OldestWorker", MetricUnit.Seconds, "how long the oldest bare-metal worker has existed");

    public static readonly Metric FleetCost = new("FleetCost", MetricUnit.None, "US dollars of the fleet an hour, where all prices are known");

    public static readonly Metric LaunchAnswers = new("LaunchAnswers", MetricUnit.Count, "what EC2 answered in the minute before", "Answer");

    public static readonly Metric LaunchesRefused = new("LaunchesRefused", MetricUnit.Count, "launches that no cell took in the minute before");

    public static readonly Metric Launches = new("Launches", MetricUnit.Count, "instances launched in the minute before", "Zone");

    public static readonly Metric AttemptsEnded = new("AttemptsEnded", MetricUnit.Count, "attempts of bare-metal workers", "Kind", "Outcome");

    public static readonly Metric Scans = new("Scans", MetricUnit.Count, "scans that ended", "Scan");

    public static readonly Metric ScansDegraded = new("ScansDegraded", MetricUnit.Count, "of these, not complete, or degraded", "Scan");

    public static readonly Metric ScanPackets = new("ScanPackets", MetricUnit.Count, "packets sent", "Scan");

    public static readonly Metric ScanOpen = new("ScanOpen", MetricUnit.Count, "questions with a good answer", "Scan");

    public static readonly Metric ScanOutOfScope = new("ScanOutOfScope", MetricUnit.Count, "questions that the scope forbade", "Scan");

    public static readonly Metric ScanRepliesLost = new("ScanRepliesLost", MetricUnit.Count, "replies that came faster than they were read", "Scan");

    public static IReadOnlyList<Metric> All { get; } =
    [
        Messages, MessageWait, BatchesFailed, Reports, TasksInFlight, TasksReady, OutboxRows, OutboxAge, PutAside, DeadLetters, DeadRows,
        Workers, WorkersMissing, LaunchesStopped, Orphans, OldestWorker, FleetCost, LaunchAnswers, LaunchesRefused, Launches, AttemptsEnded, Scans,
        ScansDegraded, ScanPackets, ScanOpen, ScanOutOfScope, ScanRepliesLost,
    ];
}
