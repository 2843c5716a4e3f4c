using Amazon.CDK;
using Amazon.CDK.AWS.Budgets;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SNS.Subscriptions;
using Constructs;
using TaskMesh.Core.Metrics;

namespace TaskMesh.Cdk.Constructs;

/// <summary>What wakes somebody up. Each alarm names the section of docs/operations.md that says what to do.</summary>
public sealed class Alarms : Construct
{
    private const string Runbook = "docs/operations.md#alarms";

    /// <summary>A worker ends itself after 12 h, by the script of its first boot.</summary>
    private static readonly TimeSpan OldestWorker = TimeSpan.FromHours(13);

    private readonly MeshOptions _options;
    private readonly Topic _topic;

    public Alarms(Construct scope, MeshOptions options, MeshDatabase database)
        : base(scope, nameof(Alarms))
    {
        _options = options;
        // AWS's own key for topics is not CloudWatch's to use.
        var key = new Key(this, "Key", new KeyProps
        {
            Description = "TaskMesh: alarms",
            EnableKeyRotation = true,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        key.GrantEncryptDecrypt(new ServicePrincipal("cloudwatch.amazonaws.com"));
        _topic = new Topic(this, "Topic", new TopicProps { TopicName = options.Stage.NameOf("alarms"), EnforceSSL = true, MasterKey = key });
        if (options.Email is { } email)
            _topic.AddSubscription(new EmailSubscription(email));
        var telling = new Telling(options.Stage);
        foreach (var queue in (string[])["manager", "control", "external", "internal", "bare-metal", .. options.Pools.Select(pool => pool.Name)])
        {
            var dead = telling.Queue("ApproximateNumberOfMessagesVisible", $"{queue}-dead", "Maximum");
            Alarm($"{queue}-dead", dead, 0, 1, "a handler could not acknowledge a message");
            var limit = queue == "bare-metal" ? TimeSpan.FromMinutes(5) : TimeSpan.FromMinutes(1);
            Alarm($"{queue}-age", telling.Queue("ApproximateAgeOfOldestMessage", queue, "Maximum"), limit.TotalSeconds, 3, "messages wait too long");
        }
        Function(telling, "manager", FunctionTimeouts.Manager);
        Function(telling, "external", FunctionTimeouts.External);
        Function(telling, "internal", FunctionTimeouts.Internal);
        Alarm("put-aside", telling.One(MeshMetrics.PutAside, "Maximum"), 0, 1, "messages were put aside: taskmesh dlq ls");
        Alarm("outbox", telling.One(MeshMetrics.OutboxAge, "Maximum"), 30, 2, "dispatched tasks reach no queue");
        Alarm(
            "silence", telling.One(MeshMetrics.Messages, "Sum"), 1, 5, "the Manager handles nothing, not even ticks",
            ComparisonOperator.LESS_THAN_THRESHOLD, TreatMissingData.BREACHING);
        Alarm(
            "throttled", telling.One(MeshMetrics.LaunchAnswers, "Sum", "RequestLimitExceeded"), 0, 1, "EC2 throttles launches");
        Alarm("launches", telling.One(MeshMetrics.WorkersMissing, "Minimum"), 0, 10, "work waits and no worker is launched: taskmesh why");
        Alarm("stopped", telling.One(MeshMetrics.LaunchesStopped, "Maximum"), 0, 1, "nobody launches until somebody sees to it: taskmesh doctor");
        Alarm("orphans", telling.One(MeshMetrics.Orphans, "Maximum"), 0, 1, "instances belong to nobody");
        Alarm("old-worker", telling.One(MeshMetrics.OldestWorker, "Maximum"), OldestWorker.TotalSeconds, 1, "a machine outlived its time");
        Alarm("degraded", Degraded(telling), 5, 3, "more than 5 % of scans are degraded");
        Alarm(
            "connections",
            database.Metric("DatabaseConnections", "Maximum"),
            MeshDatabase.MostConnections,
            3,
            "the database runs out of connections");
        AddBudget();
    }

    private void Function(Telling telling, string name, TimeSpan timeout)
    {
        const double share = 0.8;
        Alarm($"{name}-time", telling.Function("Duration", name, "Maximum"), share * timeout.TotalMilliseconds, 1, "takes 80 % of its timeout");
        Alarm($"{name}-errors", telling.Function("Errors", name, "Sum"), 0, 3, "invocations fail");
        Alarm($"{name}-throttles", telling.Function("Throttles", name, "Sum"), 0, 3, "invocations are throttled");
    }

    private static MathExpression Degraded(Telling telling)
    {
        string[] scans = ["syn", "tls", "dns"];
        var metrics = scans.SelectMany(scan => (KeyValuePair<string, IMetric>[])
        [
            new($"{scan}All", telling.One(MeshMetrics.Scans, "Sum", scan)),
            new($"{scan}Bad", telling.One(MeshMetrics.ScansDegraded, "Sum", scan)),
        ]).ToDictionary();
        var all = string.Join('+', scans.Select(scan => $"FILL({scan}All,0)"));
        var bad = string.Join('+', scans.Select(scan => $"FILL({scan}Bad,0)"));
        return new MathExpression(new MathExpressionProps
        {
            Expression = $"IF({all}>0,100*({bad})/({all}),0)",
            Label = "degraded scans (%)",
            Period = Duration.Minutes(5),
            UsingMetrics = metrics,
        });
    }

    private void Alarm(
        string name,
        IMetric metric,
        double threshold,
        int minutes,
        string meaning,
        ComparisonOperator comparison = ComparisonOperator.GREATER_THAN_THRESHOLD,
        TreatMissingData missing = TreatMissingData.NOT_BREACHING)
    {
        var alarm = new Alarm(this, name, new AlarmProps
        {
            AlarmName = _options.Stage.NameOf(name),
            AlarmDescription = $"{meaning}. {Runbook}",
            Metric = metric,
            Threshold = threshold,
            ComparisonOperator = comparison,
            EvaluationPeriods = minutes,
            TreatMissingData = missing,
        });
        alarm.AddAlarmAction(new SnsAction(_topic));
    }

    private void AddBudget()
    {
        const double warnAt = 80;
        _ = new CfnBudget(this, "Budget", new CfnBudgetProps
        {
            Budget = new CfnBudget.BudgetDataProperty
            {
                BudgetName = _options.Stage.NameOf("budget"),
                BudgetType = "COST",
                TimeUnit = "MONTHLY",
                BudgetLimit = new CfnBudget.SpendProperty { Amount = _options.MonthlyBudget, Unit = "USD" },
                CostFilters = new Dictionary<string, object> { ["TagKeyValue"] = new[] { $"user:stage${_options.Stage.Name}" } },
            },
            NotificationsWithSubscribers = _options.Email is not { } email
                ? null
                : (object[])
                [
                    new CfnBudget.NotificationWithSubscribersProperty
                    {
                        Notification = new CfnBudget.NotificationProperty
                        {
                            NotificationType = "ACTUAL",
                            ComparisonOperator = "GREATER_THAN",
                            Threshold = warnAt,
                        },
                        Subscribers = (object[])[new CfnBudget.SubscriberProperty { SubscriptionType = "EMAIL", Address = email }],
                    },
                ],
        });
    }
}
