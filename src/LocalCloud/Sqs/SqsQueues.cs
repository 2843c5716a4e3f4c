using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>The queues of this cloud, by name, URL and ARN.</summary>
/// <param name="endpoint">Where the service listens; queue URLs begin with it.</param>
public sealed partial class SqsQueues(QueueStore store, CloudConfiguration configuration, Uri endpoint, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, SqsQueue> _queues = [];

    /// <summary>One change of the set of queues or of a queue's attributes at a time.</summary>
    private readonly SemaphoreSlim _gate = new(1);

    public string AccountId => configuration.AccountId;

    public IEnumerable<SqsQueue> All => _queues.Values;

    /// <summary>Takes up the queues of the store and makes those of the configuration what it says, dead-letter queues first.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await store.CreateTablesAsync(cancellation);
        foreach (var queue in await store.LoadAsync(cancellation))
            _queues[queue.Name] = queue;
        foreach (var queue in configuration.Queues.OrderBy(queue => queue.Attributes?.ContainsKey("RedrivePolicy") == true))
        {
            var attributes = queue.Attributes ?? new Dictionary<string, string>();
            if (Find(queue.Name) is { } known)
                await ChangeAsync(known, old => old.With(attributes), cancellation);
            else
                await CreateAsync(queue.Name, attributes, new Dictionary<string, string>(), cancellation);
        }
    }

    public void Dispose() => _gate.Dispose();

    public SqsQueue? Find(string name) => _queues.GetValueOrDefault(name);

    /// <summary>The queue of a URL; only its last part counts, so a URL stays good when the port changes.</summary>
    public SqsQueue ByUrl(string? url) => Find(url?[(url.LastIndexOf('/') + 1)..] ?? "") ?? throw SqsErrors.QueueDoesNotExist();

    public string UrlOf(SqsQueue queue) => $"{endpoint.GetLeftPart(UriPartial.Authority)}/{configuration.AccountId}/{queue.Name}";

    public SqsQueue? ByArn(string arn) => arn.StartsWith(ArnPrefix, StringComparison.Ordinal) ? Find(arn[ArnPrefix.Length..]) : null;

    public string ArnOf(string queueName) => $"{ArnPrefix}{queueName}";

    /// <summary>Where messages of a queue go that were received too often; null if nowhere, and then they are delivered for ever.</summary>
    public SqsQueue? DeadLettersOf(SqsQueue queue) =>
        queue.Attributes.Redrive is { } redrive && ByArn(redrive.DeadLetterTargetArn) is { } target && target != queue ? target : null;

    /// <summary>The queues whose dead letters go to this one.</summary>
    public IEnumerable<SqsQueue> SourcesOf(SqsQueue queue) =>
        All.Where(source => source.Attributes.Redrive?.DeadLetterTargetArn == ArnOf(queue.Name));

    /// <summary>One that is there already keeps its tags.</summary>
    public Task<SqsQueue> CreateAsync(
        string name, IReadOnlyDictionary<string, string> attributes, IReadOnlyDictionary<string, string> tags, CancellationToken cancellation) =>
        AloneAsync(
            async () =>
            {
                var wanted = QueueAttributes.Default.With(attributes);
                if (Find(name) is { } known)
                    return known.Attributes.Difference(attributes) is { } difference ? throw SqsErrors.QueueExists(difference) : known;
                CheckRedrive(name, wanted);
                return _queues[name] = await store.InsertAsync(name, wanted, tags, clock.GetUtcNow(), cancellation);
            },
            cancellation);

    public Task ChangeAsync(SqsQueue queue, Func<QueueAttributes, QueueAttributes> change, CancellationToken cancellation) => AloneAsync(
        async () =>
        {
            var attributes = change(queue.Attributes);
            if (attributes.Redrive != queue.Attributes.Redrive)
                CheckRedrive(queue.Name, attributes);
            await store.UpdateAsync(queue, attributes, queue.Tags, cancellation);
            queue.Change(attributes, clock.GetUtcNow());
            return queue;
        },
        cancellation);

    public Task TagAsync(
        SqsQueue queue, Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change, CancellationToken cancellation) =>
        AloneAsync(
            async () =>
            {
                var tags = change(queue.Tags);
                await store.UpdateAsync(queue, queue.Attributes, tags, cancellation);
                queue.Tags = tags;
                return queue;
            },
            cancellation);

    public Task DeleteAsync(SqsQueue queue, CancellationToken cancellation) => AloneAsync(
        async () =>
        {
            _queues.TryRemove(queue.Name, out _);
            await store.DeleteAsync(queue, cancellation);
            queue.Signal();
            return queue;
        },
        cancellation);

    public static bool IsName(string text) => NamePattern().IsMatch(text);

    private string ArnPrefix => $"arn:aws:sqs:{configuration.Region}:{configuration.AccountId}:";

    private void CheckRedrive(string name, QueueAttributes attributes)
    {
        if (attributes.Redrive is not { } redrive)
            return;
        var target = ByArn(redrive.DeadLetterTargetArn)
            ?? throw SqsErrors.Invalid(redrive, "RedrivePolicy", "Dead letter target does not exist.");
        if (target.Attributes.RedriveAllow?.Allows(ArnOf(name)) == false)
            throw SqsErrors.Invalid(redrive, "RedrivePolicy", "Dead letter target does not allow this queue by its RedriveAllowPolicy.");
    }

    private async Task<SqsQueue> AloneAsync(Func<Task<SqsQueue>> act, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return await act();
        }
        finally
        {
            _gate.Release();
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex NamePattern();
}
