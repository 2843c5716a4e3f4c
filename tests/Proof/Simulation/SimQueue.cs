using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Proof.Simulation;

/// <summary>A standard queue in memory with everything that SQS allows itself: at least once, in any order, receipts that go stale.</summary>
internal sealed class SimQueue(string name, FaultPlan faults, TimeProvider clock, int mostReceives)
{
    private const double LongestDelaySeconds = 60;

    private static readonly string[] KeyFields = ["type", "id", "task", "attempt"];

    private readonly List<SimMessage> _messages = [];
    private TaskCompletionSource _arrival = NewArrival();
    private int _sent;

    public string Name => name;

    /// <summary>Told of reports that come late: of which attempt, and by how much.</summary>
    public Action<string?, TimeSpan> Late { get; init; } = (_, _) => { };

    /// <summary>What was received too often: the dead-letter queue.</summary>
    public int Dead { get; private set; }

    public bool IsEmpty => _messages.Count == 0;

    public bool HasDue => _messages.Exists(message => message.VisibleAt <= clock.GetUtcNow());

    /// <summary>When the next message becomes visible.</summary>
    public DateTimeOffset? Next => _messages.Count == 0 ? null : _messages.Min(message => message.VisibleAt);

    public Task Arrival => _arrival.Task;

    public void Send(string body, TimeSpan delay)
    {
        var key = $"{name}/{KeyOf(body)}";
        var copies = faults.Hits(Fault.Duplicate, key) ? 2 + (int)(2 * faults.Draw(key)) : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            var late = TimeSpan.FromSeconds(faults.Hits(Fault.Delay, key) ? (int)(LongestDelaySeconds * faults.Draw(key)) : 0);
            if (late > TimeSpan.Zero && key.Contains(nameof(CompleteTask), StringComparison.Ordinal))
                Late(string.Join('/', key.Split('/')[^2..]), late);
            var now = clock.GetUtcNow();
            _messages.Add(new SimMessage($"{name}-{++_sent}", key, body, now) { VisibleAt = now + delay + late });
        }
        Interlocked.Exchange(ref _arrival, NewArrival()).SetResult();
    }

    public IReadOnlyList<SimMessage> Take(int most, TimeSpan visibility)
    {
        var now = clock.GetUtcNow();
        var taken = _messages.Where(message => message.VisibleAt <= now).OrderBy(message => faults.Draw(message.Key)).Take(most).ToList();
        foreach (var message in taken)
        {
            message.Receives++;
            message.VisibleAt = now + visibility;
        }
        Dead += taken.Count(message => message.Receives > mostReceives);
        _messages.RemoveAll(message => message.Receives > mostReceives);
        taken.RemoveAll(message => message.Receives > mostReceives);
        return taken;
    }

    public void Delete(string id, int receipt)
    {
        var message = _messages.Find(message => message.Id == id && message.Receives == receipt);
        if (message is not null && !faults.Hits(Fault.LostAck, message.Key))
            _messages.Remove(message);
    }

    public void ChangeVisibility(string id, int receipt, TimeSpan visibility)
    {
        if (_messages.Find(message => message.Id == id && message.Receives == receipt) is { } message)
            message.VisibleAt = clock.GetUtcNow() + visibility;
    }

    /// <summary>What a message is about: the same in every run of a seed.</summary>
    private static string KeyOf(string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return string.Join('/', KeyFields.Select(field => root.TryGetProperty(field, out var value) ? value.ToString() : ""));
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A message in a queue, and how it stands.</summary>
internal sealed record SimMessage(string Id, string Key, string Body, DateTimeOffset SentAt)
{
    public DateTimeOffset VisibleAt { get; set; }

    public int Receives { get; set; }
}
