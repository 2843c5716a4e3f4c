using System.Text.Json;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

/// <summary>A collection's data, and the results of one container's tasks.</summary>
internal sealed class SharedScanData(IReadOnlyList<JsonElement?>? children = null) : ITaskData
{
    public const string Container = "shards";

    public Dictionary<string, JsonElement> Shared { get; } = [];

    public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) => throw new NotSupportedException();

    public async IAsyncEnumerable<ChildResult> ReadChildrenAsync(
        string container, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        if (container != Container)
            throw new KeyNotFoundException($"there is no container '{container}'");
        foreach (var (place, result) in (children ?? []).Index())
            yield return new($"{place}", result is null ? TaskState.Failed : TaskState.Succeeded, result);
    }

    public Task AppendResultAsync(JsonElement part, CancellationToken cancellation) => Task.CompletedTask;

    public Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation) => Task.CompletedTask;

    public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) =>
        Task.FromResult(Shared.TryGetValue(key, out var value) ? value : (JsonElement?)null);

    public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation)
    {
        Shared[key] = value;
        return Task.CompletedTask;
    }
}
