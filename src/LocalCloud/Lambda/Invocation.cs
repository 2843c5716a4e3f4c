using System.Text.Json;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>One call of a function.</summary>
public sealed class Invocation(Guid id, ReadOnlyMemory<byte> payload)
{
    private readonly TaskCompletionSource<InvocationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid Id => id;

    public ReadOnlyMemory<byte> Payload => payload;

    /// <summary>Whether a process was handed it. One that was not may still go to another process.</summary>
    public bool Delivered { get; set; }

    public Task<InvocationResult> Result => _result.Task;

    /// <summary>False if it has its result already.</summary>
    public bool Answer(InvocationResult result) => _result.TrySetResult(result);
}

/// <summary>How a call ended.</summary>
/// <param name="Payload">What the function returned, or the error as JSON with errorMessage and errorType.</param>
public sealed record InvocationResult(bool Succeeded, ReadOnlyMemory<byte> Payload)
{
    public static InvocationResult Error(string type, string message) =>
        new(false, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["errorMessage"] = message, ["errorType"] = type }));
}
