using System.Threading.Channels;
using TaskMesh.LocalCloud.Processes;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>How one process dealt with one call.</summary>
public enum RunOutcome
{
    Answered,
    TimedOut,

    /// <summary>The process ended, or never asked for work.</summary>
    Lost,
}

/// <summary>One process of a function: it asks for a call, answers it, and asks again ("Runtime API" in the Lambda Developer Guide).</summary>
public sealed class ExecutionEnvironment(int number, TimeProvider clock)
{
    /// <summary>From the start of the process to its first question for work. AWS gives 10 s and then the function's timeout.</summary>
    private static readonly TimeSpan InitLimit = TimeSpan.FromSeconds(30);

    private readonly Channel<Invocation> _calls = Channel.CreateBounded<Invocation>(1);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess? _process;
    private Invocation? _current;

    /// <summary>Its part of the Runtime API's address.</summary>
    public int Number => number;

    public bool IsAlive => _process is { Exited.IsCompleted: false };

    /// <summary>Whether the process ever asked for work.</summary>
    public bool IsInitialised => _asked.Task.IsCompleted;

    /// <summary>What the process said about itself before it gave up.</summary>
    public string? InitError { get; set; }

    /// <summary>The process may ask for work before this returns: who is asked must know this environment already.</summary>
    public async Task StartAsync(ChildStart start) => _process = await ChildProcess.StartAsync(start);

    /// <summary>The process asks for its next call, and waits as long as it takes.</summary>
    public async Task<Invocation> NextAsync(CancellationToken cancellation)
    {
        _asked.TrySetResult();
        var call = await _calls.Reader.ReadAsync(cancellation);
        call.Delivered = true;
        return call;
    }

    /// <summary>The process answers. False if it was not asked, or too late.</summary>
    public bool Answer(Guid id, InvocationResult result) => _current is { } call && call.Id == id && call.Answer(result);

    public async Task<RunOutcome> RunAsync(Invocation call, TimeSpan timeout)
    {
        _current = call;
        _calls.Writer.TryWrite(call);
        if (!await EndsWithinAsync(_asked.Task, InitLimit))
            return RunOutcome.Lost;
        var answered = await EndsWithinAsync(call.Result, timeout);
        return answered ? RunOutcome.Answered : IsAlive ? RunOutcome.TimedOut : RunOutcome.Lost;
    }

    public Task StopAsync(TimeSpan grace) => _process?.StopAsync(grace, clock) ?? Task.CompletedTask;

    public async Task<int> KillAsync()
    {
        _process!.Kill();
        return await _process.Exited;
    }

    /// <summary>False when the time is over or the process ended before.</summary>
    private async Task<bool> EndsWithinAsync(Task task, TimeSpan time)
    {
        try
        {
            await Task.WhenAny(task, _process!.Exited).WaitAsync(time, clock);
        }
        catch (TimeoutException)
        {
            // The task says below whether it made it in the last moment.
        }
        return task.IsCompletedSuccessfully;
    }
}
