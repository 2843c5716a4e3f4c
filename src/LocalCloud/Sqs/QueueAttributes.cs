using System.Globalization;
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
        ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy", "SqsManagedSseEnabled"];

    private readonly Dictionary<string, string> _texts;

    private QueueAttributes(Dictionary<string, string> texts)
    {
        _texts = texts;
        Redrive = texts.TryGetValue("RedrivePolicy", out var policy) ? RedrivePolicy.Parse(policy) : null;
        RedriveAllow = texts.TryGetValue("RedriveAllowPolicy", out var allow) ? RedriveAllowPolicy.Parse(allow) : null;
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

    /// <summary>Null allows all.</summary>
    public RedriveAllowPolicy? RedriveAllow { get; }

    public static bool IsName(string name) => name is "RedrivePolicy" or "RedriveAllowPolicy" || Numbers.ContainsKey(name) || Kept.Contains(name);

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
        if (name == "RedriveAllowPolicy")
            return text.Length == 0 ? "" : RedriveAllowPolicy.Parse(text).ToString();
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
