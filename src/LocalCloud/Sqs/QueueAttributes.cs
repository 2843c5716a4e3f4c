using System.Globalization;
using System.Text.Json;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What may be said of a standard queue, with AWS's defaults and ranges (CreateQueue in the SQS API reference).</summary>
public sealed class QueueAttributes
{
    private static readonly Dictionary<string, (int Default, int Least, int Most)> Numbers = new()
    {
        ["DelaySeconds"] = (0, 0, 900),
        ["MaximumMessageSize"] = (MessageRules.MaxBytes, 1024, MessageRules.MaxBytes),
        ["MessageRetentionPeriod"] = (345_600, 60, 1_209_600),
        ["ReceiveMessageWaitTimeSeconds"] = (0, 0, 20),
        ["VisibilityTimeout"] = (30, 0, 43_200),
    };

    /// <summary>Kept and told, without effect: there are neither keys nor rights to check here.</summary>
    private static readonly HashSet<string> Kept =
        ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "SqsManagedSseEnabled"];

    private readonly Dictionary<string, string> _texts;

    private QueueAttributes(Dictionary<string, string> texts)
    {
        _texts = texts;
        Redrive = texts.TryGetValue("RedrivePolicy", out var policy) ? RedrivePolicy.Parse(policy) : null;
    }

    public static QueueAttributes Default { get; } = new(
        Numbers.Select(number => KeyValuePair.Create(number.Key, number.Value.Default.ToString(CultureInfo.InvariantCulture)))
            .Append(KeyValuePair.Create("SqsManagedSseEnabled", "true"))
            .ToDictionary());

    public IReadOnlyDictionary<string, string> Texts => _texts;

    public TimeSpan Delay => Seconds("DelaySeconds");

    public int MaximumMessageSize => Number("MaximumMessageSize");

    public TimeSpan Retention => Seconds("MessageRetentionPeriod");

    public TimeSpan ReceiveWait => Seconds("ReceiveMessageWaitTimeSeconds");

    public TimeSpan VisibilityTimeout => Seconds("VisibilityTimeout");

    public RedrivePolicy? Redrive { get; }

    public static bool IsName(string name) => name == "RedrivePolicy" || Numbers.ContainsKey(name) || Kept.Contains(name);

    /// <summary>These attributes with changes; an empty text takes one away.</summary>
    public QueueAttributes With(IReadOnlyDictionary<string, string> changes)
    {
        var texts = new Dictionary<string, string>(_texts);
        foreach (var (name, text) in changes)
        {
            var value = Checked(name, text);
            if (value.Length > 0)
                texts[name] = value;
            else
                texts.Remove(name);
        }
        return new QueueAttributes(texts);
    }

    /// <summary>The first attribute that is asked for with another value than this queue has.</summary>
    public string? Difference(IReadOnlyDictionary<string, string> wanted) =>
        wanted.Where(attribute => _texts.GetValueOrDefault(attribute.Key, "") != Checked(attribute.Key, attribute.Value))
            .Select(attribute => attribute.Key)
            .FirstOrDefault();

    private static string Checked(string name, string text)
    {
        if (name == "RedrivePolicy")
            return text.Length == 0 ? "" : RedrivePolicy.Parse(text).ToString();
        if (Kept.Contains(name))
            return text;
        if (!Numbers.TryGetValue(name, out var range))
            throw SqsErrors.UnknownAttribute(name);
        return WholeNumber.Parse(text) is { } number && number >= range.Least && number <= range.Most
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw SqsErrors.AttributeValue(name);
    }

    private int Number(string name) => int.Parse(_texts[name], CultureInfo.InvariantCulture);

    private TimeSpan Seconds(string name) => TimeSpan.FromSeconds(Number(name));
}

/// <summary>Where messages go that were received too often.</summary>
/// <param name="MaxReceiveCount">1 to 1000.</param>
public sealed record RedrivePolicy(string DeadLetterTargetArn, int MaxReceiveCount)
{
    public static RedrivePolicy Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var target = document.RootElement.GetProperty("deadLetterTargetArn").GetString();
            var count = document.RootElement.GetProperty("maxReceiveCount");
            var number = count.ValueKind == JsonValueKind.String ? int.Parse(count.GetString()!, CultureInfo.InvariantCulture) : count.GetInt32();
            return target is not null && number is >= 1 and <= 1000
                ? new RedrivePolicy(target, number)
                : throw SqsErrors.Invalid(json, "RedrivePolicy", "Invalid value for maxReceiveCount: must be from 1 to 1000.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw SqsErrors.AttributeValue("RedrivePolicy");
        }
    }

    public override string ToString() =>
        $"{{\"deadLetterTargetArn\":{JsonSerializer.Serialize(DeadLetterTargetArn, SqsJson.Default.String)},\"maxReceiveCount\":{MaxReceiveCount}}}";
}
