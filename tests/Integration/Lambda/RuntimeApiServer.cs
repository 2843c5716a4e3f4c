using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace TaskMesh.Integration.Lambda;

/// <summary>Plays the Lambda Runtime API for one function, on a free port and below a path.</summary>
public sealed class RuntimeApiServer : IAsyncDisposable
{
    private const string Function = "function-under-test";

    private readonly WebApplication _app;
    private readonly Channel<Invocation> _waiting = Channel.CreateUnbounded<Invocation>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Answer>> _answers = [];

    private RuntimeApiServer(WebApplication app)
    {
        _app = app;
        var runtime = app.MapGroup($"/{Function}/2018-06-01/runtime");
        runtime.MapGet("/invocation/next", NextAsync);
        runtime.MapPost("/invocation/{id}/response", (string id, HttpRequest request) => AcceptAsync(id, isError: false, request));
        runtime.MapPost("/invocation/{id}/error", (string id, HttpRequest request) => AcceptAsync(id, isError: true, request));
        runtime.MapPost("/init/error", (HttpRequest request) => AcceptAsync(nameof(InitializationErrorAsync), isError: true, request));
    }

    /// <summary>What a function finds in AWS_LAMBDA_RUNTIME_API.</summary>
    public string Address => $"{new Uri(_app.Urls.First()).Authority}/{Function}";

    public static async Task<RuntimeApiServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new RuntimeApiServer(builder.Build());
        await server._app.StartAsync();
        return server;
    }

    /// <summary>What the function answers to this event.</summary>
    public Task<Answer> InvokeAsync(string json, TimeSpan? time = null)
    {
        var invocation = new Invocation(Guid.NewGuid().ToString(), json, DateTimeOffset.UtcNow + (time ?? TimeSpan.FromMinutes(1)));
        _waiting.Writer.TryWrite(invocation);
        return AnswerAsync(invocation.Id);
    }

    public Task<Answer> InitializationErrorAsync() => AnswerAsync(nameof(InitializationErrorAsync));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task NextAsync(HttpContext context)
    {
        var invocation = await _waiting.Reader.ReadAsync(context.RequestAborted);
        context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.Id;
        context.Response.Headers["Lambda-Runtime-Deadline-Ms"] = invocation.Deadline.ToUnixTimeMilliseconds().ToString();
        context.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = $"arn:aws:lambda:eu-west-1:123456789012:function:{Function}";
        context.Response.Headers["Lambda-Runtime-Trace-Id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
        await context.Response.WriteAsync(invocation.Json);
    }

    private async Task<IResult> AcceptAsync(string id, bool isError, HttpRequest request)
    {
        var body = await new StreamReader(request.Body).ReadToEndAsync();
        Pending(id).SetResult(new Answer(isError, body, request.Headers["Lambda-Runtime-Function-Error-Type"]));
        return Results.Json(new Dictionary<string, string> { ["status"] = "OK" }, statusCode: StatusCodes.Status202Accepted);
    }

    private Task<Answer> AnswerAsync(string id) => Pending(id).Task.WaitAsync(TimeSpan.FromMinutes(2));

    private TaskCompletionSource<Answer> Pending(string id) =>
        _answers.GetOrAdd(id, _ => new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed record Invocation(string Id, string Json, DateTimeOffset Deadline);
}

/// <summary>What a function posted.</summary>
public sealed record Answer(bool IsError, string Body, string? ErrorType);
