using Microsoft.Extensions.Logging;
using TaskMesh.Core.Execution;

namespace TaskMesh.Workers.BareMetal;

/// <summary>Every line that a bare-metal worker writes, one per fact, with a fixed id.</summary>
internal sealed partial class WorkerLog(ILogger logger)
{
    public void Report(LoopEvent fact)
    {
        switch (fact)
        {
            case LoopEvent.Started { Run: var run }:
                TaskStarted(run.Id, run.Kind, run.Attempt, run.TraceId);
                break;
            case LoopEvent.Ended { Run: var run, Outcome: var outcome }:
                TaskEnded(run.Id, run.Kind, run.Attempt, run.TraceId, outcome?.GetType().Name ?? "nobody waits for it");
                break;
            case LoopEvent.ReceiveFailed { Error: var error }:
                ReceiveFailed(error);
                break;
            case LoopEvent.HeartbeatFailed { Error: var error }:
                HeartbeatFailed(error);
                break;
            case LoopEvent.ReportFailed { Run: var run, Error: var error }:
                ReportFailed(run.Id, run.Kind, run.Attempt, run.TraceId, error);
                break;
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "Worker {WorkerId} polls, {Parallelism} tasks at once.", EventName = "worker.started")]
    public partial void Started(string workerId, int parallelism);

    [LoggerMessage(2002, LogLevel.Warning, "Worker {WorkerId} was given up and takes no work.", EventName = "worker.unwanted")]
    public partial void NotWanted(string workerId);

    [LoggerMessage(2003, LogLevel.Information, "Worker {WorkerId} leaves.", EventName = "worker.left")]
    public partial void Left(string workerId);

    [LoggerMessage(2004, LogLevel.Error, "The worker ended with an error.", EventName = "worker.died")]
    public partial void Died(Exception error);

    [LoggerMessage(2005, LogLevel.Warning, "A heartbeat or lease renewal failed; the next one is due soon.", EventName = "worker.heartbeat-failed")]
    public partial void HeartbeatFailed(Exception error);

    [LoggerMessage(2006, LogLevel.Critical, "This worker cannot scan: {Problem}", EventName = "worker.unable")]
    public partial void NotAble(string problem);

    [LoggerMessage(2007, LogLevel.Warning, "EC2 wants this machine back: {Notice}", EventName = "worker.interrupted")]
    public partial void Interrupted(string notice);

    [LoggerMessage(2008, LogLevel.Information, "This worker has lived for {Lifetime} and leaves.", EventName = "worker.too-old")]
    public partial void TooOld(TimeSpan lifetime);

    [LoggerMessage(2101, LogLevel.Information, "Task {TaskId} ({Kind}) attempt {Attempt} runs. Trace {TraceId}", EventName = "task.started")]
    private partial void TaskStarted(Guid taskId, string kind, int attempt, string? traceId);

    [LoggerMessage(2102, LogLevel.Information, "Task {TaskId} ({Kind}) attempt {Attempt}: {Outcome}. Trace {TraceId}", EventName = "task.ended")]
    private partial void TaskEnded(Guid taskId, string kind, int attempt, string? traceId, string outcome);

    [LoggerMessage(
        2103, LogLevel.Warning, "The report on task {TaskId} ({Kind}) attempt {Attempt} did not get through; it runs again. Trace {TraceId}",
        EventName = "task.unreported")]
    private partial void ReportFailed(Guid taskId, string kind, int attempt, string? traceId, Exception error);

    [LoggerMessage(2104, LogLevel.Warning, "The queue could not be read.", EventName = "queue.failed")]
    private partial void ReceiveFailed(Exception error);
}
