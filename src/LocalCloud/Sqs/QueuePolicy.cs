using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>AddPermission and RemovePermission: statements with their label as Sid in the queue's Policy. Nothing here checks rights by it.</summary>
public static partial class QueuePolicy
{
    private const string Attribute = "Policy";
    private const int MostActions = 7;

    private static readonly HashSet<string> Actions =
    [
        "*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue",
        "ReceiveMessage", "SendMessage",
    ];

    /// <returns>The change of the queue's attributes.</returns>
    public static IReadOnlyDictionary<string, string> Add(QueueAttributes attributes, string queueArn, SqsRequest request)
    {
        var label = request.Label ?? throw SqsErrors.Missing(nameof(request.Label));
        if (request.AWSAccountIds is not { Count: > 0 } accounts)
            throw SqsErrors.Missing(nameof(request.AWSAccountIds));
        if (request.Actions is not { Count: > 0 } actions)
            throw SqsErrors.Missing(nameof(request.Actions));
        if (!Label().IsMatch(label))
            throw SqsErrors.Invalid(label, nameof(request.Label), "It has 1 to 80 letters, digits, hyphens and underscores.");
        if (accounts.FirstOrDefault(account => !Account().IsMatch(account)) is { } stranger)
            throw SqsErrors.Invalid(stranger, "PrincipalId", "Unable to verify.");
        if (actions.Count > MostActions)
            throw SqsErrors.OverLimit($"{actions.Count} Actions were found, maximum allowed is {MostActions}.");
        if (actions.FirstOrDefault(action => !Actions.Contains(action)) is { } unknown)
            throw SqsErrors.Invalid($"SQS:{unknown}", "ActionName", "Please refer to the appropriate WSDL for a list of valid actions.");

        var policy = Read(attributes) ?? new JsonObject { ["Version"] = "2012-10-17", ["Id"] = $"{queueArn}/SQSDefaultPolicy" };
        var statements = Statements(policy);
        if (Find(statements, label) is not null)
            throw SqsErrors.Invalid(label, nameof(request.Label), "Already exists.");
        statements.Add(new JsonObject
        {
            ["Sid"] = label,
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = List(accounts, account => $"arn:aws:iam::{account}:root") },
            ["Action"] = List(actions, action => $"SQS:{action}"),
            ["Resource"] = queueArn,
        });
        policy["Statement"] = statements;
        return Change(policy);
    }

    /// <returns>The change of the queue's attributes; with its last statement the policy goes.</returns>
    public static IReadOnlyDictionary<string, string> Remove(QueueAttributes attributes, string label)
    {
        var policy = Read(attributes) ?? [];
        var statements = Statements(policy);
        statements.Remove(Find(statements, label) ?? throw SqsErrors.Invalid(label, "Label", "can't find label."));
        policy["Statement"] = statements;
        return Change(statements.Count == 0 ? null : policy);
    }

    private static JsonObject? Read(QueueAttributes attributes)
    {
        try
        {
            return attributes.Texts.TryGetValue(Attribute, out var text) ? JsonNode.Parse(text) as JsonObject : null;
        }
        catch (JsonException)
        {
            throw SqsErrors.AttributeValue(Attribute);
        }
    }

    /// <summary>A copy, for a policy may have a single statement without a list around it.</summary>
    private static JsonArray Statements(JsonObject policy) => policy["Statement"]?.DeepClone() switch
    {
        JsonArray statements => statements,
        JsonObject statement => [statement],
        _ => [],
    };

    private static JsonNode? Find(JsonArray statements, string label) =>
        statements.FirstOrDefault(statement => statement is JsonObject && statement["Sid"] is JsonValue sid && sid.ToString() == label);

    private static JsonNode List(IReadOnlyList<string> values, Func<string, string> write) =>
        values.Count == 1 ? JsonValue.Create(write(values[0])) : new JsonArray([.. values.Select(value => JsonValue.Create(write(value)))]);

    private static Dictionary<string, string> Change(JsonObject? policy) => new() { [Attribute] = policy?.ToJsonString() ?? "" };

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[0-9]{12}\z")]
    private static partial Regex Account();
}
