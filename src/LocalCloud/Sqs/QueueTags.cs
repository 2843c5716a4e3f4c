namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What SQS accepts as the tags of a queue.</summary>
public static class QueueTags
{
    private const int MostTags = 50;
    private const int LongestKey = 128;
    private const int LongestValue = 256;

    /// <summary>These tags with others, which count where both have a key.</summary>
    public static IReadOnlyDictionary<string, string> With(
        IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> added, string queue)
    {
        var all = new Dictionary<string, string>(tags);
        foreach (var (key, value) in added)
        {
            if (key.Length is 0 or > LongestKey || key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                throw SqsErrors.Invalid($"Tag key '{key}' is invalid: it has 1 to {LongestKey} characters and does not begin with aws:.");
            if (value.Length > LongestValue)
                throw SqsErrors.Invalid($"The value of tag '{key}' is invalid: it has at most {LongestValue} characters.");
            all[key] = value;
        }
        return all.Count <= MostTags ? all : throw SqsErrors.Invalid($"Too many tags added for queue {queue}.");
    }
}
