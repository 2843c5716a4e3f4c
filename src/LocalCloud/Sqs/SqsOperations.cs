using System.Collections.Frozen;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>One operation of SQS, the same for both of its protocols.</summary>
public delegate Task<SqsResponse> SqsOperation(SqsRequest request, CancellationToken cancellation);

/// <summary>SQS's operations, each once, by name.</summary>
public sealed class SqsOperations(QueueOperations queues, MessageOperations messages, MoveTaskOperations moves)
{
    private readonly FrozenDictionary<string, SqsOperation> _operations =
        queues.All.Concat(messages.All).Concat(moves.All).ToFrozenDictionary();

    public Task<SqsResponse> RunAsync(string? operation, SqsRequest request, CancellationToken cancellation) =>
        _operations.TryGetValue(operation ?? "", out var run) ? run(request, cancellation) : throw SqsErrors.UnknownAction(operation);
}
