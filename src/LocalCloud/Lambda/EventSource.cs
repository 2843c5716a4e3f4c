using Microsoft.Extensions.Logging;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Sqs;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>Takes batches from a queue to a function and deletes what it dealt with. The rest comes again after its visibility timeout.</summary>
public sealed partial class EventSource(
    EventSourceConfiguration source, SqsQueue queue, LambdaFunction function, SqsMessages messages, SqsQueues queues,
    CloudConfiguration configuration, TimeProvider clock, ILogger<EventSource> log)
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    private readonly HashSet<Task> _calls = [];

    /// <summary>Runs until it is cancelled, and then until the calls under way have ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    await StepAsync(cancellation);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogError(function.Name, queue.Name, e);
                    await Task.Delay(PauseAfterError, clock, cancellation);
                }
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(_calls);
        }
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        await function.PauseAsync(cancellation);
        var batch = await GatherAsync(cancellation);
        if (batch.Count == 0)
            return;
        // Not before: a source that waits for messages must not keep the function from its other sources.
        await function.Places.WaitAsync(cancellation);
        _calls.RemoveWhere(call => call.IsCompleted);
        _calls.Add(CallAsync(batch));
    }

    /// <summary>A full batch, or what came until the window that the first message opened is over.</summary>
    private async Task<IReadOnlyList<StoredMessage>> GatherAsync(CancellationToken cancellation)
    {
        var visibility = queue.Attributes.VisibilityTimeout;
        var batch = new List<StoredMessage>(await messages.ReceiveAsync(queue, source.BatchSize, visibility, LongPoll, cancellation));
        var end = clock.GetUtcNow() + TimeSpan.FromSeconds(source.BatchingWindowSeconds);
        while (batch.Count > 0 && batch.Count < source.BatchSize && end - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
            batch.AddRange(await messages.ReceiveAsync(queue, source.BatchSize - batch.Count, visibility, left, cancellation));
        return batch;
    }

    private async Task CallAsync(IReadOnlyList<StoredMessage> batch)
    {
        try
        {
            var result = await function.InvokeAsync(SqsEvent.Write(batch, messages, queues.ArnOf(queue.Name), configuration.Region));
            var failures = Failures(result, batch.Select(message => message.Id.ToString()).ToHashSet());
            var done = batch.Where(message => !failures.Contains(message.Id.ToString())).Select(message => message.Handle).ToList();
            if (done.Count > 0)
                await messages.DeleteAsync(queue, done, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogError(function.Name, queue.Name, e);
        }
        finally
        {
            function.Places.Release();
        }
    }

    private IReadOnlySet<string> Failures(InvocationResult result, HashSet<string> batch)
    {
        if (!result.Succeeded)
            return batch;
        return source.ReportBatchItemFailures ? BatchAnswer.Failures(result.Payload, batch) : new HashSet<string>();
    }

    [LoggerMessage(1, LogLevel.Error, "Function {Function}: its event source {Queue} failed and goes on")]
    private partial void LogError(string function, string queue, Exception e);
}
