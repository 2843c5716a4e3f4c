namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>A queue whose answers take their turn, with long polling on the test's clock.</summary>
internal sealed class IdleQueue(Func<Task> step, TimeProvider clock)
{
    private readonly Queue<int> _messages = [];
    private TaskCompletionSource _arrival = new();

    public void Add(int task)
    {
        _messages.Enqueue(task);
        _arrival.TrySetResult();
        _arrival = new TaskCompletionSource();
    }

    /// <returns>A task's number, or null.</returns>
    public async Task<int?> ReceiveAsync(TimeSpan wait)
    {
        await step();
        if (_messages.Count == 0 && wait > TimeSpan.Zero)
        {
            await Task.WhenAny(_arrival.Task, Task.Delay(wait, clock));
            await step();
        }
        return _messages.TryDequeue(out var task) ? task : null;
    }
}
