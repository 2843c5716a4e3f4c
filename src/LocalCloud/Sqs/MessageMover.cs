namespace TaskMesh.LocalCloud.Sqs;

/// <summary>Carries message move tasks on, once a second as their rates are by the second. All that it knows is in the store.</summary>
public sealed class MessageMover(MoveTaskStore store, SqsQueues queues, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int MostPerStep = 500;

    /// <summary>Without a rate: so many messages that the other tasks still have their turn.</summary>
    private const int MostPerTurn = 10_000;

    public async Task MoveAsync(CancellationToken cancellation)
    {
        foreach (var task in await store.RunningAsync(cancellation))
        {
            var left = task.PerSecond ?? MostPerTurn;
            while (left > 0)
            {
                var asked = Math.Min(left, MostPerStep);
                var step = await store.StepAsync(task, asked, clock.GetUtcNow(), cancellation);
                foreach (var target in queues.All.Where(queue => step.Targets.Contains(queue.Id)))
                    target.Signal();
                left = step.Took < asked ? 0 : left - step.Took;
            }
        }
    }
}
