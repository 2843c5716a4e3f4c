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
                await ChangeAsync(known, attributes, cancellation);
            else
                await CreateAsync(queue.Name, attributes, cancellation);
        }
    }

    public void Dispose() => _gate.Dispose();

    public SqsQueue? Find(string name) => _queues.GetValueOrDefault(name);

    /// <summary>The queue of a URL; only its last part counts, so a URL stays good when the port changes.</summary>
    public SqsQueue ByUrl(string? url) => Find(url?[(url.LastIndexOf('/') + 1)..] ?? "") ?? throw SqsErrors.QueueDoesNotExist();

    public string UrlOf(SqsQueue queue) => $"{endpoint.GetLeftPart(UriPartial.Authority)}/{configuration.AccountId}/{queue.Name}";

    public string ArnOf(string queueName) => $"{ArnPrefix}{queueName}";

    /// <summary>Where messages of a queue go that were received too often; null if nowhere, and then they are delivered for ever.</summary>
    public SqsQueue? DeadLettersOf(SqsQueue queue) =>
        queue.Attributes.Redrive is { } redrive && ByArn(redrive.DeadLetterTargetArn) is { } target && target != queue ? target : null;

    public async Task<SqsQueue> CreateAsync(string name, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation)
    {
        var wanted = QueueAttributes.Default.With(attributes);
        CheckRedrive(wanted);
        await _gate.WaitAsync(cancellation);
        try
        {
            if (Find(name) is not { } known)
                return _queues[name] = await store.InsertAsync(name, wanted, clock.GetUtcNow(), cancellation);
            return known.Attributes.Difference(attributes) is { } difference ? throw SqsErrors.QueueExists(difference) : known;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task ChangeAsync(SqsQueue queue, IReadOnlyDictionary<string, string> changes, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var attributes = queue.Attributes.With(changes);
            CheckRedrive(attributes);
            await store.UpdateAsync(queue, attributes, cancellation);
            queue.Change(attributes, clock.GetUtcNow());
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task DeleteAsync(SqsQueue queue, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            _queues.TryRemove(queue.Name, out _);
            await store.DeleteAsync(queue, cancellation);
            queue.Signal();
        }
        finally
        {
            _gate.Release();
        }
    }

    public static bool IsName(string text) => NamePattern().IsMatch(text);

    private string ArnPrefix => $"arn:aws:sqs:{configuration.Region}:{configuration.AccountId}:";

    private SqsQueue? ByArn(string arn) => arn.StartsWith(ArnPrefix, StringComparison.Ordinal) ? Find(arn[ArnPrefix.Length..]) : null;

    private void CheckRedrive(QueueAttributes attributes)
    {
        if (attributes.Redrive is { } redrive && ByArn(redrive.DeadLetterTargetArn) is null)
            throw SqsErrors.Invalid(redrive, "RedrivePolicy", "Invalid value for deadLetterTargetArn.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex NamePattern();
}
