namespace TaskMesh.LocalCloud.Sqs;

/// <summary>Message move tasks: dead letters back to where they came from, or to another queue.</summary>
public sealed class MoveTaskOperations(SqsQueues queues, MoveTaskStore store, TimeProvider clock)
{
    private const int MostPerSecond = 500;
    private const int MostResults = 10;

    public IEnumerable<KeyValuePair<string, SqsOperation>> All =>
    [
        new("StartMessageMoveTask", StartMessageMoveTaskAsync),
        new("ListMessageMoveTasks", ListMessageMoveTasksAsync),
        new("CancelMessageMoveTask", CancelMessageMoveTaskAsync),
    ];

    private async Task<SqsResponse> StartMessageMoveTaskAsync(SqsRequest request, CancellationToken cancellation)
    {
        var from = Queue(request.SourceArn, nameof(request.SourceArn));
        var destination = request.DestinationArn is { } arn ? Queue(arn, nameof(request.DestinationArn)) : null;
        if (request.MaxNumberOfMessagesPerSecond is < 1 or > MostPerSecond)
        {
            throw SqsErrors.Invalid(
                request.MaxNumberOfMessagesPerSecond, nameof(request.MaxNumberOfMessagesPerSecond), $"Must be between 1 and {MostPerSecond}.");
        }
        if (!queues.SourcesOf(from).Any())
            throw SqsErrors.Invalid("Source queue must be configured as a Dead Letter Queue.");
        if (destination == from)
            throw SqsErrors.Invalid("Source queue arn and destination queue arn cannot be the same.");
        var task = await store.InsertAsync(from, destination, request.MaxNumberOfMessagesPerSecond, clock.GetUtcNow(), cancellation)
            ?? throw SqsErrors.Unsupported("There is already a task running: a source queue has one at a time.");
        return new SqsResponse { TaskHandle = new MoveTaskHandle(task, request.SourceArn!).ToString() };
    }

    private async Task<SqsResponse> ListMessageMoveTasksAsync(SqsRequest request, CancellationToken cancellation)
    {
        var from = Queue(request.SourceArn, nameof(request.SourceArn));
        if (request.MaxResults is < 1 or > MostResults)
            throw SqsErrors.Invalid(request.MaxResults, nameof(request.MaxResults), $"Must be between 1 and {MostResults}.");
        var tasks = await store.LatestAsync(from, request.MaxResults ?? 1, cancellation);
        return new SqsResponse { Results = tasks.ConvertAll(task => Result(task, request.SourceArn!)) };
    }

    /// <summary>What was moved stays where it is.</summary>
    private async Task<SqsResponse> CancelMessageMoveTaskAsync(SqsRequest request, CancellationToken cancellation)
    {
        var text = request.TaskHandle ?? throw SqsErrors.Missing(nameof(request.TaskHandle));
        if (!MoveTaskHandle.TryParse(text, out var handle))
            throw SqsErrors.Invalid($"Value {text} for parameter TaskHandle is invalid.");
        var from = queues.ByArn(handle.SourceArn) ?? throw SqsErrors.NoTask();
        var moved = await store.CancelAsync(handle.Task, from, cancellation) ?? throw SqsErrors.NoTask();
        return new SqsResponse { ApproximateNumberOfMessagesMoved = moved };
    }

    private SqsQueue Queue(string? arn, string parameter) =>
        queues.ByArn(arn ?? throw SqsErrors.Missing(parameter)) ?? throw SqsErrors.Resource(parameter);

    private SqsMoveTask Result(MoveTask task, string sourceArn) => new(
        task.Status == MoveTask.Running ? new MoveTaskHandle(task.Id, sourceArn).ToString() : null,
        task.Status,
        sourceArn,
        task.Destination is { } name ? queues.ArnOf(name) : null,
        task.PerSecond,
        task.Moved,
        task.ToMove,
        task.Failure,
        task.Started.ToUnixTimeMilliseconds());
}
