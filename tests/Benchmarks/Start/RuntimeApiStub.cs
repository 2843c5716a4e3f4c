using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TaskMesh.Benchmarks.Start;

/// <summary>
/// Lambda's Runtime API for one process, with one event for it, and whatever else of AWS it asks: every other request is answered as an empty batch
/// of SQS. Tells when the process first asked for an event and when it first answered one.
/// </summary>
internal sealed class RuntimeApiStub : IDisposable
{
    private static readonly byte[] NothingFailed = Encoding.UTF8.GetBytes("""{"Successful":[],"Failed":[]}""");

    private readonly HttpListener _listener = new();
    private readonly byte[] _event;
    private readonly TaskCompletionSource<long> _asked = new();
    private readonly TaskCompletionSource<long> _answered = new();
    private readonly TaskCompletionSource _over = new();

    public RuntimeApiStub(string @event)
    {
        _event = Encoding.UTF8.GetBytes(@event);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add($"http://{Address}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    /// <summary>By the stopwatch.</summary>
    public Task<long> Asked => _asked.Task;

    public Task<long> Answered => _answered.Task;

    public void Dispose()
    {
        _over.TrySetResult();
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The round is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var now = Stopwatch.GetTimestamp();
        var path = context.Request.Url!.AbsolutePath;
        var body = NothingFailed;
        if (path.EndsWith("/invocation/next", StringComparison.Ordinal))
        {
            if (!_asked.TrySetResult(now))
                await _over.Task;
            var headers = context.Response.Headers;
            headers["Lambda-Runtime-Aws-Request-Id"] = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
            var deadline = DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds();
            headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToString(CultureInfo.InvariantCulture);
            headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:eu-west-1:000000000000:function:start";
            body = _event;
        }
        else if (path.EndsWith("/response", StringComparison.Ordinal))
        {
            _answered.TrySetResult(now);
            context.Response.StatusCode = (int)HttpStatusCode.Accepted;
        }
        else if (path.EndsWith("/error", StringComparison.Ordinal))
        {
            using var reader = new StreamReader(context.Request.InputStream);
            var problem = new InvalidOperationException(await reader.ReadToEndAsync());
            _asked.TrySetException(problem);
            _answered.TrySetException(problem);
        }
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}
