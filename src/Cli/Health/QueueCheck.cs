using System.Text.RegularExpressions;
using TaskMesh.Aws;

namespace TaskMesh.Cli.Health;

/// <summary>The queues: there, to be asked, and with nothing that nobody could handle.</summary>
/// <param name="ask">How a queue is, by its URL.</param>
/// <param name="region">That AWS is asked in; null if nobody said.</param>
internal sealed partial class QueueCheck(Func<string, Task<QueueState>> ask, string managerQueue, string controlQueue, string? region)
{
    private const string Suffix = "-manager";

    /// <summary>Named after the Manager's.</summary>
    private static readonly string[] Others = ["external", "internal", "bare-metal"];

    /// <summary>Whether other services of AWS are worth asking, once the queues were asked.</summary>
    public bool CanAsk { get; private set; }

    public async Task<IReadOnlyList<Diagnosis>> RunAsync()
    {
        if (RegionOf(managerQueue) is { } other && region is not null && other != region)
            return [Diagnosis.Fail("queues", $"The queues are in {other} and AWS is asked in {region}.", $"export AWS_REGION={other}")];
        var findings = new List<Diagnosis>();
        foreach (var url in Urls())
        {
            var (queue, dead) = (await ask(url), await ask($"{url}-dead"));
            findings.Add(Of(queue, dead));
            // What keeps one from being asked keeps all.
            if (queue.Fault is not null && queue.Code != QueueState.Missing)
            {
                CanAsk = RefusalOf(queue) is { IsPermission: true };
                return findings;
            }
        }
        CanAsk = true;
        return findings;
    }

    private IEnumerable<string> Urls() => managerQueue.EndsWith(Suffix, StringComparison.Ordinal)
        ? [managerQueue, controlQueue, .. Others.Select(name => $"{managerQueue[..^Suffix.Length]}-{name}")]
        : [managerQueue, controlQueue];

    private static Diagnosis Of(QueueState queue, QueueState dead)
    {
        var check = $"queue {queue.Url[(queue.Url.LastIndexOf('/') + 1)..]}";
        return (queue.Code, dead.Code) switch
        {
            (QueueState.Missing, _) => Diagnosis.Fail(
                check,
                $"There is no such queue at {queue.Url}.",
                "deploy again; or correct TASKMESH_MANAGER_QUEUE_URL and TASKMESH_CONTROL_QUEUE_URL"),
            _ when RefusalOf(queue) is { } refusal => refusal.IsPermission
                ? Diagnosis.Warn(check, $"{refusal.Evidence}.", "grant sqs:GetQueueAttributes to whoever runs this")
                : Diagnosis.Fail(check, $"{refusal.Evidence}.", refusal.Fix),
            ({ } code, _) => Diagnosis.Fail(check, $"{code}: {queue.Fault}", "look up the credentials and the region: aws sts get-caller-identity"),
            (null, _) when queue.Fault is { } fault => Diagnosis.Fail(
                check, $"It cannot be reached: {fault}", "check AWS_ENDPOINT_URL and the network"),
            (_, QueueState.Missing) => Diagnosis.Warn(
                check, "It has no queue for dead letters, so what nobody can handle comes again and again.", "deploy again"),
            _ when dead.Messages > 0 => Diagnosis.Warn(
                check,
                $"{dead.Messages} messages lie in its dead-letter queue: no handler could acknowledge them.",
                "read them in the console of SQS"),
            _ => Diagnosis.Ok(check, $"{queue.Messages} messages wait, none in its dead-letter queue."),
        };
    }

    private static AwsRefusal? RefusalOf(QueueState queue) => AwsRefusal.Of(queue.Code, queue.Fault ?? "");

    private static string? RegionOf(string url) => AwsUrl().Match(url) is { Success: true } match ? match.Groups["region"].Value : null;

    [GeneratedRegex(@"^https://sqs\.(?<region>[a-z0-9-]+)\.amazonaws\.com")]
    private static partial Regex AwsUrl();
}
