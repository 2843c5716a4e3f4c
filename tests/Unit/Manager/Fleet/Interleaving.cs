namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>Lets many asynchronous runs go on one step at a time, in an order that chance decides and a seed repeats.</summary>
internal sealed class Interleaving(Random random)
{
    private readonly List<(TaskCompletionSource Step, Func<bool>? IsDead)> _waiting = [];

    public bool IsIdle => _waiting.Count == 0;

    public Task StepAsync() => StepAsync(null);

    /// <param name="isDead">Asked when its turn comes: whether its process has ended meanwhile.</param>
    public Task StepAsync(Func<bool>? isDead)
    {
        var step = new TaskCompletionSource();
        _waiting.Add((step, isDead));
        return step.Task;
    }

    /// <param name="death">How likely it is that the run ends here instead, as a process does that is killed.</param>
    public void RunOne(double death)
    {
        var place = random.Next(_waiting.Count);
        var (step, isDead) = _waiting[place];
        _waiting[place] = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        if (random.NextDouble() >= death && isDead?.Invoke() != true)
            step.SetResult();
    }
}
