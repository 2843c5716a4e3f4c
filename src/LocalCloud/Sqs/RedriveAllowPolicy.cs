using System.Text.Json;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>Which queues may make this one their dead-letter queue.</summary>
/// <param name="RedrivePermission">allowAll, denyAll or byQueue.</param>
/// <param name="SourceQueueArns">1 to 10 with byQueue, null otherwise.</param>
public sealed record RedriveAllowPolicy(string? RedrivePermission, IReadOnlyList<string>? SourceQueueArns = null)
{
    private const string ByQueue = "byQueue";
    private const int MostSources = 10;

    public static RedriveAllowPolicy Parse(string json)
    {
        RedriveAllowPolicy? policy;
        try
        {
            policy = JsonSerializer.Deserialize(json, PolicyJson.Default.RedriveAllowPolicy);
        }
        catch (JsonException)
        {
            policy = null;
        }
        return policy switch
        {
            { RedrivePermission: "allowAll" or "denyAll", SourceQueueArns: null } => policy,
            { RedrivePermission: ByQueue, SourceQueueArns.Count: >= 1 and <= MostSources } => policy,
            _ => throw SqsErrors.Invalid(
                json, nameof(RedriveAllowPolicy), $"It is allowAll, denyAll, or {ByQueue} with 1 to {MostSources} sourceQueueArns."),
        };
    }

    public bool Allows(string sourceArn) => RedrivePermission switch
    {
        "denyAll" => false,
        ByQueue => SourceQueueArns!.Contains(sourceArn),
        _ => true,
    };

    public override string ToString() => JsonSerializer.Serialize(this, PolicyJson.Default.RedriveAllowPolicy);
}
