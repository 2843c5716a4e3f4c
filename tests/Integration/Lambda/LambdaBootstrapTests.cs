using System.Text.Json;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace TaskMesh.Integration.Lambda;

/// <summary>A function's loop, as far as TaskMesh relies on it.</summary>
public sealed class LambdaBootstrapTests : IAsyncLifetime
{
    private RuntimeApiServer _api = null!;

    public async Task InitializeAsync() => _api = await RuntimeApiServer.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Each_invocation_gets_its_own_answer()
    {
        await using var function = Run((number, _) => Task.FromResult(number * 2));

        var answers = await Task.WhenAll(_api.InvokeAsync("1"), _api.InvokeAsync("2"), _api.InvokeAsync("3"));

        Assert.Equal(["2", "4", "6"], answers.Select(answer => answer.Body));
        Assert.All(answers, answer => Assert.False(answer.IsError));
    }

    [Fact]
    public async Task An_exception_is_the_error_of_its_invocation_alone()
    {
        await using var function = Run((number, _) => number == 1 ? throw new InvalidTimeZoneException("no such zone") : Task.FromResult(number));

        var failed = await _api.InvokeAsync("1");
        var answered = await _api.InvokeAsync("2");

        using var error = JsonDocument.Parse(failed.Body);
        Assert.True(failed.IsError);
        Assert.Equal(nameof(InvalidTimeZoneException), failed.ErrorType);
        Assert.Equal(nameof(InvalidTimeZoneException), error.RootElement.GetProperty("errorType").GetString());
        Assert.Equal("no such zone", error.RootElement.GetProperty("errorMessage").GetString());
        Assert.Equal("2", answered.Body);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_an_error()
    {
        await using var function = Run((number, _) => Task.FromResult(number));

        var failed = await _api.InvokeAsync("\"no number\"");

        Assert.True(failed.IsError);
        Assert.Equal(nameof(JsonSerializerException), failed.ErrorType);
    }

    [Fact]
    public async Task The_remaining_time_ends_what_takes_too_long()
    {
        await using var function = Run(async (number, context) =>
        {
            using var timeout = new CancellationTokenSource(context.RemainingTime);
            await Task.Delay(number == 1 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, timeout.Token);
            return number;
        });

        var late = await _api.InvokeAsync("1", TimeSpan.FromMilliseconds(300));
        var inTime = await _api.InvokeAsync("2");

        Assert.Equal((true, nameof(TaskCanceledException)), (late.IsError, late.ErrorType));
        Assert.Equal("2", inTime.Body);
    }

    [Fact]
    public async Task The_context_names_the_invocation()
    {
        var seen = new TaskCompletionSource<(string Id, string Arn)>();
        await using var function = Run((number, context) =>
        {
            seen.SetResult((context.AwsRequestId, context.InvokedFunctionArn));
            return Task.FromResult(number);
        });

        await _api.InvokeAsync("1");

        var (id, arn) = await seen.Task;
        Assert.True(Guid.TryParse(id, out _));
        Assert.StartsWith("arn:aws:lambda:", arn);
    }

    [Fact]
    public async Task A_failed_start_is_reported_and_ends_the_function()
    {
        var function = Run((number, _) => Task.FromResult(number), () => throw new InvalidTimeZoneException("no settings"));

        var reported = await _api.InitializationErrorAsync();

        Assert.Equal((true, nameof(InvalidTimeZoneException)), (reported.IsError, reported.ErrorType));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await function.DisposeAsync());
    }

    private RunningFunction Run(Func<int, ILambdaContext, Task<int>> handler, LambdaBootstrapInitializer? start = null)
    {
        // The loop reads the variable when it is made; no other test needs it.
        Environment.SetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API", _api.Address);
        var builder = LambdaBootstrapBuilder.Create(handler, new DefaultLambdaJsonSerializer());
        return new RunningFunction(start is null ? builder.Build() : builder.UseBootstrapHandler(start).Build());
    }

    private sealed class RunningFunction : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly LambdaBootstrap _bootstrap;
        private readonly Task _loop;

        public RunningFunction(LambdaBootstrap bootstrap)
        {
            _bootstrap = bootstrap;
            _loop = bootstrap.RunAsync(_stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            using (_bootstrap)
            using (_stop)
                await _loop.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }
}
