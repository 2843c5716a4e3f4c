using System.Globalization;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What is done with queues: their life, attributes, tags and permissions.</summary>
public sealed class QueueOperations(SqsQueues queues, SqsMessages messages, TimeProvider clock)
{
    private const int MostQueues = 1000;

    private static readonly TimeSpan PurgePause = TimeSpan.FromSeconds(60);

    public IEnumerable<KeyValuePair<string, SqsOperation>> All =>
    [
        new("CreateQueue", CreateQueueAsync),
        new("DeleteQueue", DeleteQueueAsync),
        new("GetQueueUrl", GetQueueUrl),
        new("ListQueues", ListQueues),
        new("ListDeadLetterSourceQueues", ListDeadLetterSourceQueues),
        new("GetQueueAttributes", GetQueueAttributesAsync),
        new("SetQueueAttributes", SetQueueAttributesAsync),
        new("PurgeQueue", PurgeQueueAsync),
        new("TagQueue", TagQueueAsync),
        new("UntagQueue", UntagQueueAsync),
        new("ListQueueTags", ListQueueTags),
        new("AddPermission", AddPermissionAsync),
        new("RemovePermission", RemovePermissionAsync),
    ];

    private async Task<SqsResponse> CreateQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        var name = request.QueueName ?? throw SqsErrors.Missing(nameof(request.QueueName));
        if (!SqsQueues.IsName(name))
            throw SqsErrors.Invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        var tags = QueueTags.With(new Dictionary<string, string>(), request.TagsOfNew ?? new Dictionary<string, string>(), name);
        var queue = await queues.CreateAsync(name, request.Attributes ?? new Dictionary<string, string>(), tags, cancellation);
        return new SqsResponse { QueueUrl = queues.UrlOf(queue) };
    }

    private async Task<SqsResponse> DeleteQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        await queues.DeleteAsync(queues.ByUrl(request.QueueUrl), cancellation);
        return SqsResponse.Empty;
    }

    private Task<SqsResponse> GetQueueUrl(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.Find(request.QueueName ?? throw SqsErrors.Missing(nameof(request.QueueName))) ?? throw SqsErrors.QueueDoesNotExist();
        return Task.FromResult(new SqsResponse { QueueUrl = queues.UrlOf(queue) });
    }

    private Task<SqsResponse> ListQueues(SqsRequest request, CancellationToken cancellation)
    {
        var named = queues.All.Where(queue => queue.Name.StartsWith(request.QueueNamePrefix ?? "", StringComparison.Ordinal));
        var (urls, next) = Page(named, request);
        return Task.FromResult(new SqsResponse { QueueUrls = urls.Count == 0 ? null : urls, NextToken = next });
    }

    private Task<SqsResponse> ListDeadLetterSourceQueues(SqsRequest request, CancellationToken cancellation)
    {
        var (urls, next) = Page(queues.SourcesOf(queues.ByUrl(request.QueueUrl)), request);
        return Task.FromResult(new SqsResponse { SourceQueueUrls = urls, NextToken = next });
    }

    /// <summary>A page ends with the token that is the name of its last queue.</summary>
    private (IReadOnlyList<string> Urls, string? Next) Page(IEnumerable<SqsQueue> found, SqsRequest request)
    {
        if (request.MaxResults is < 1 or > MostQueues)
            throw SqsErrors.Invalid(request.MaxResults, nameof(request.MaxResults), $"Must be between 1 and {MostQueues}.");
        var most = request.MaxResults ?? MostQueues;
        var page = found
            .Where(queue => string.CompareOrdinal(queue.Name, request.NextToken) > 0)
            .OrderBy(queue => queue.Name, StringComparer.Ordinal)
            .Take(most + 1)
            .ToList();
        var next = page.Count > most && request.MaxResults is not null ? page[most - 1].Name : null;
        return ([.. page.Take(most).Select(queues.UrlOf)], next);
    }

    private async Task<SqsResponse> GetQueueAttributesAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        if (request.AttributeNames is null or { Count: 0 })
            return SqsResponse.Empty;
        var counts = await messages.CountAsync(queue, cancellation);
        var all = new Dictionary<string, string>(queue.Attributes.Texts)
        {
            ["QueueArn"] = queues.ArnOf(queue.Name),
            ["CreatedTimestamp"] = Text(queue.Created.ToUnixTimeSeconds()),
            ["LastModifiedTimestamp"] = Text(queue.Modified.ToUnixTimeSeconds()),
            ["ApproximateNumberOfMessages"] = Text(counts.Visible),
            ["ApproximateNumberOfMessagesNotVisible"] = Text(counts.NotVisible),
            ["ApproximateNumberOfMessagesDelayed"] = Text(counts.Delayed),
        };
        if (request.AttributeNames.Contains("All"))
            return new SqsResponse { Attributes = all };
        if (request.AttributeNames.FirstOrDefault(name => !all.ContainsKey(name) && !QueueAttributes.IsName(name)) is { } unknown)
            throw SqsErrors.UnknownAttribute(unknown);
        var asked = request.AttributeNames.Distinct().Where(all.ContainsKey).ToDictionary(name => name, name => all[name]);
        return new SqsResponse { Attributes = asked.Count == 0 ? null : asked };
    }

    private async Task<SqsResponse> SetQueueAttributesAsync(SqsRequest request, CancellationToken cancellation)
    {
        var changes = request.Attributes ?? throw SqsErrors.Missing(nameof(request.Attributes));
        await queues.ChangeAsync(queues.ByUrl(request.QueueUrl), known => known.With(changes), cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> PurgeQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        var now = clock.GetUtcNow();
        if (now - queue.Purged < PurgePause)
            throw SqsErrors.PurgeInProgress(queue.Name);
        queue.Purged = now;
        await messages.PurgeAsync(queue, cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> TagQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        if (request.Tags is not { Count: > 0 } tags)
            throw SqsErrors.Missing(nameof(request.Tags));
        await queues.TagAsync(queue, known => QueueTags.With(known, tags, queue.Name), cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> UntagQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        if (request.TagKeys is not { Count: > 0 } keys)
            throw SqsErrors.Missing(nameof(request.TagKeys));
        await queues.TagAsync(queue, known => known.Where(tag => !keys.Contains(tag.Key)).ToDictionary(), cancellation);
        return SqsResponse.Empty;
    }

    private Task<SqsResponse> ListQueueTags(SqsRequest request, CancellationToken cancellation)
    {
        var tags = queues.ByUrl(request.QueueUrl).Tags;
        return Task.FromResult(new SqsResponse { Tags = tags.Count == 0 ? null : tags });
    }

    private async Task<SqsResponse> AddPermissionAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        await queues.ChangeAsync(queue, known => known.With(QueuePolicy.Add(known, queues.ArnOf(queue.Name), request)), cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> RemovePermissionAsync(SqsRequest request, CancellationToken cancellation)
    {
        var label = request.Label ?? throw SqsErrors.Missing(nameof(request.Label));
        await queues.ChangeAsync(queues.ByUrl(request.QueueUrl), known => known.With(QueuePolicy.Remove(known, label)), cancellation);
        return SqsResponse.Empty;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
