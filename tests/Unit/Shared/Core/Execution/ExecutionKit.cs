using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

/// <summary>A task whose work a test gives it.</summary>
internal sealed class ScriptedTask : ITaskDefinition<ScriptedInput, ScriptedOutput>
{
    public static AsyncLocal<Func<TaskContext, Task<TaskResult<ScriptedOutput>>>?> Script { get; } = new();

    public static TaskCatalogue Catalogue { get; } = new([TaskEntry.Of<ScriptedTask, ScriptedInput, ScriptedOutput>()]);

    public static string Kind => "scripted";

    public static string Summary => "Does what the test says.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(10);

    public static JsonTypeInfo<ScriptedInput> InputJson => ScriptedJson.Default.ScriptedInput;

    public static JsonTypeInfo<ScriptedOutput> OutputJson => ScriptedJson.Default.ScriptedOutput;

    public static void Check(ScriptedInput input, InputCheck check) => check.Require(input.Size < 10, "size", $"{input.Size} is not below 10");

    public static Task<TaskResult<ScriptedOutput>> ExecuteAsync(ScriptedInput input, TaskContext context) =>
        Script.Value?.Invoke(context) ?? Task.FromResult<TaskResult<ScriptedOutput>>(new ScriptedOutput(input.Size));

    public static RunTask Run(TimeProvider clock, string input = "{}") => new(
        Guid.CreateVersion7(),
        1,
        Guid.NewGuid(),
        Kind,
        JsonElement.Parse(input),
        Guid.Empty,
        "default",
        clock.GetUtcNow() + TimeSpan.FromHours(1),
        []);
}

internal sealed record ScriptedInput(int Size = 1);

internal sealed record ScriptedOutput(int Size);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ScriptedInput))]
[JsonSerializable(typeof(ScriptedOutput))]
internal sealed partial class ScriptedJson : JsonSerializerContext;

/// <summary>Leases in memory: every claim succeeds unless a test says otherwise.</summary>
internal sealed class FakeLeases : ITaskLeases
{
    public static readonly TimeSpan TimeLeft = TimeSpan.FromHours(1);

    public Func<RunTask, ClaimAnswer> Claim { get; set; } = Claimed;

    public Func<RunTask, ClaimAnswer> ClaimAlone { get; set; } = Claimed;

    public ConcurrentDictionary<Guid, bool> Lost { get; } = new();

    public ConcurrentDictionary<Guid, StopCause> Stops { get; } = new();

    public bool IsDown { get; set; }

    /// <summary>An answer to which tasks must end that does not come.</summary>
    public TaskCompletionSource? Silence { get; set; }

    public Task<IReadOnlyDictionary<Guid, StopCause>> StopsAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation) => IsDown
        ? throw new IOException("unreachable")
        : Silence is { } silence ? NeverAsync(silence)
        : Task.FromResult<IReadOnlyDictionary<Guid, StopCause>>(
            Stops.Where(stop => leases.Any(lease => lease.Task == stop.Key)).ToDictionary());

    public int Renewals { get; private set; }

    /// <summary>What was asked for with the last renewal.</summary>
    public IReadOnlyList<Lease> Held { get; private set; } = [];

    private static async Task<IReadOnlyDictionary<Guid, StopCause>> NeverAsync(TaskCompletionSource silence)
    {
        silence.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        throw new InvalidOperationException();
    }

    public Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(IReadOnlyList<RunTask> tasks, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ClaimAnswer>>([.. tasks.Select(Claim)]);

    public Task<ClaimAnswer> ClaimAloneAsync(RunTask task, CancellationToken cancellation) => Task.FromResult(ClaimAlone(task));

    public static ClaimAnswer.Claimed Claimed(RunTask run) => new(new Lease(run.Id, run.Attempt, run.Nonce), null, TimeLeft);

    public Task<IReadOnlySet<Guid>> RenewAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation)
    {
        Renewals++;
        Held = leases;
        return Task.FromResult<IReadOnlySet<Guid>>(leases.Select(lease => lease.Task).Where(task => !Lost.ContainsKey(task)).ToHashSet());
    }
}

/// <summary>The way to the Manager, which keeps what came.</summary>
internal sealed class FakeManager : IManagerQueue
{
    public BlockingCollection<ManagerMessage> Sent { get; } = [];

    public bool IsDown { get; set; }

    public int Sends { get; private set; }

    /// <summary>What a send waits for before it answers.</summary>
    public Task Pace { get; set; } = Task.CompletedTask;

    public async Task SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation)
    {
        if (IsDown)
            throw new IOException("unreachable");
        cancellation.ThrowIfCancellationRequested();
        Sends++;
        foreach (var message in messages)
            Sent.Add(message, cancellation);
        await Pace;
    }
}

/// <summary>A worker queue in memory, which keeps what was done to its messages.</summary>
internal sealed class FakeQueue(ManualClock clock) : ITaskQueue
{
    private readonly Channel<QueueMessage> _messages = Channel.CreateUnbounded<QueueMessage>();

    public DateTimeOffset Opened { get; } = clock.GetUtcNow();

    public Channel<QueueMessage> Deleted { get; } = Channel.CreateUnbounded<QueueMessage>();

    public Channel<TimeSpan> Hidden { get; } = Channel.CreateUnbounded<TimeSpan>();

    public bool IsEmpty => _messages.Reader.Count == 0;

    public RunTask Add(RunTask run)
    {
        _messages.Writer.TryWrite(new QueueMessage($"{run.Id}", $"{run.Id}", JsonSerializer.Serialize(run, MessageJson.Default.RunTask)));
        return run;
    }

    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(int count, TimeSpan wait, TimeSpan visibility, CancellationToken cancellation)
    {
        var ready = _messages.Reader.WaitToReadAsync(cancellation).AsTask();
        await Task.WhenAny(ready, Task.Delay(wait, clock, cancellation));
        cancellation.ThrowIfCancellationRequested();
        var received = new List<QueueMessage>();
        while (received.Count < count && _messages.Reader.TryRead(out var message))
            received.Add(message);
        return received;
    }

    public Task ChangeVisibilityAsync(QueueMessage message, TimeSpan visibility, CancellationToken cancellation)
    {
        Hidden.Writer.TryWrite(visibility);
        return Task.CompletedTask;
    }

    public Task DeleteAsync(QueueMessage message, CancellationToken cancellation)
    {
        Deleted.Writer.TryWrite(message);
        return Task.CompletedTask;
    }
}
