using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Processes;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>A function: processes that are started on demand, up to its concurrency, and kept for the next call.</summary>
public sealed partial class LambdaFunction(
    FunctionConfiguration function, CloudConfiguration configuration, Uri endpoint, CloudIds ids, TimeProvider clock, ILogger<LambdaFunction> log)
    : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, ExecutionEnvironment> _environments = [];
    private readonly ConcurrentStack<ExecutionEnvironment> _warm = [];
    private readonly Lock _gate = new();
    private volatile bool _stopping;
    private int _started;
    private int _lossesInARow;
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;

    public string Name => function.Name;

    public string Arn => $"arn:aws:lambda:{configuration.Region}:{configuration.AccountId}:function:{function.Name}";

    public TimeSpan Timeout => TimeSpan.FromSeconds(function.TimeoutSeconds);

    /// <summary>One place per call that may run at once. Who calls <see cref="InvokeAsync"/> holds one.</summary>
    public SemaphoreSlim Places { get; } = new(function.Concurrency);

    public ExecutionEnvironment? Environment(int number) => _environments.GetValueOrDefault(number);

    /// <summary>Runs one call to its end. A process that is lost before it took the call costs nothing; afterwards the call has failed.</summary>
    public async Task<InvocationResult> InvokeAsync(ReadOnlyMemory<byte> payload)
    {
        var call = new Invocation(ids.Uuid(), payload);
        while (!_stopping)
        {
            var isWarm = TakeWarm(out var environment);
            environment ??= await StartAsync();
            switch (await environment.RunAsync(call, Timeout))
            {
                case RunOutcome.Answered:
                    _warm.Push(environment);
                    Recovered();
                    return await call.Result;
                case RunOutcome.TimedOut:
                    await RemoveAsync(environment);
                    LogTimeout(Name, function.TimeoutSeconds, OutputFile);
                    return InvocationResult.Error("Sandbox.Timedout", $"{call.Id} Task timed out after {function.TimeoutSeconds:0.00} seconds");
                case RunOutcome.Lost when isWarm && !call.Delivered:
                    await RemoveAsync(environment);
                    break;
                case RunOutcome.Lost:
                    return await LostAsync(environment);
            }
        }
        return InvocationResult.Error("ServiceException", "LocalCloud is stopping.");
    }

    /// <summary>After lost processes, waits before more work is fetched: work that is taken and then lost wears its receive count down.</summary>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        TimeSpan pause;
        lock (_gate)
            pause = _pausedUntil - clock.GetUtcNow();
        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, clock, cancellation);
    }

    public Task StopAsync()
    {
        _stopping = true;
        return Task.WhenAll(_environments.Values.Select(environment => environment.StopAsync(TimeSpan.FromSeconds(configuration.StopGraceSeconds))));
    }

    public void Dispose() => Places.Dispose();

    private string OutputFile => Path.Combine(configuration.LogFolder, $"function-{function.Name}.log");

    private bool TakeWarm(out ExecutionEnvironment? environment)
    {
        while (_warm.TryPop(out environment))
        {
            if (environment.IsAlive)
                return true;
            _environments.TryRemove(environment.Number, out _);
        }
        return false;
    }

    private async Task<ExecutionEnvironment> StartAsync()
    {
        var number = Interlocked.Increment(ref _started);
        var environment = _environments[number] = new ExecutionEnvironment(number, clock);
        await environment.StartAsync(Start(number));
        // Either this sees that the function stops, or StopAsync sees the process.
        if (_stopping)
            await environment.KillAsync();
        return environment;
    }

    private Task<int> RemoveAsync(ExecutionEnvironment environment)
    {
        _environments.TryRemove(environment.Number, out _);
        return environment.KillAsync();
    }

    private ChildStart Start(int number)
    {
        var environment = ChildEnvironment.Of(function, configuration, endpoint);
        environment["AWS_LAMBDA_RUNTIME_API"] = $"{endpoint.Authority}/{function.Name}/{number}";
        environment["AWS_LAMBDA_FUNCTION_NAME"] = function.Name;
        environment["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
        environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = function.MemoryMiB.ToString(CultureInfo.InvariantCulture);
        return ChildEnvironment.Start(function, environment, OutputFile);
    }

    private async Task<InvocationResult> LostAsync(ExecutionEnvironment environment)
    {
        var code = await RemoveAsync(environment);
        var what = environment.IsInitialised ? "a process ended in the middle of a call"
            : environment.InitError is { } error ? $"a process could not initialise: {error.ReplaceLineEndings(" ")}"
            : "a process ended or hung before it asked for work";
        TimeSpan pause;
        lock (_gate)
        {
            pause = FirstPause * Math.Pow(2, Math.Min(_lossesInARow++, 10));
            pause = pause < LongestPause ? pause : LongestPause;
            _pausedUntil = clock.GetUtcNow() + pause;
        }
        LogLost(Name, what, code, pause.TotalSeconds, OutputFile);
        return InvocationResult.Error("Runtime.ExitError", $"{Name}: {what}, exit code {code}");
    }

    private void Recovered()
    {
        lock (_gate)
            _lossesInARow = 0;
    }

    [LoggerMessage(1, LogLevel.Warning, "Function {Function}: {What}, exit code {Code}; it gets no work for {Seconds} s; its output is in {File}")]
    private partial void LogLost(string function, string what, int code, double seconds, string file);

    [LoggerMessage(2, LogLevel.Warning, "Function {Function}: killed, a call took longer than {Seconds} s; its output is in {File}")]
    private partial void LogTimeout(string function, double seconds, string file);
}
