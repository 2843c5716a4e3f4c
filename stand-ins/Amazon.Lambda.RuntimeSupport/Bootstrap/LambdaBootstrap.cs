namespace Amazon.Lambda.RuntimeSupport;

public delegate Task<InvocationResponse> LambdaBootstrapHandler(InvocationRequest invocation);

/// <summary>Runs before the first invocation; false ends the process without one.</summary>
public delegate Task<bool> LambdaBootstrapInitializer();

/// <summary>
/// The loop of a function that is an executable: ask the Runtime API for the next invocation, run the handler, send its answer or its error
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
/// </summary>
public class LambdaBootstrap : IDisposable
{
    /// <summary>Asking for the next invocation waits as long as Lambda keeps the environment frozen.</summary>
    private static readonly TimeSpan NextInvocationTimeout = TimeSpan.FromHours(12);

    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly LambdaBootstrapHandler _handler;
    private readonly LambdaBootstrapInitializer _initializer;
    private readonly RuntimeApiClient _api;

    public LambdaBootstrap(LambdaBootstrapHandler handler, LambdaBootstrapInitializer initializer = null)
        : this(ConstructHttpClient(), handler, initializer, ownsHttp: true)
    {
    }

    public LambdaBootstrap(HandlerWrapper handlerWrapper, LambdaBootstrapInitializer initializer = null)
        : this(handlerWrapper.Handler, initializer)
    {
    }

    public LambdaBootstrap(HttpClient httpClient, LambdaBootstrapHandler handler, LambdaBootstrapInitializer initializer = null)
        : this(httpClient, handler, initializer, ownsHttp: false)
    {
    }

    public LambdaBootstrap(HttpClient httpClient, HandlerWrapper handlerWrapper, LambdaBootstrapInitializer initializer = null)
        : this(httpClient, handlerWrapper.Handler, initializer)
    {
    }

    private LambdaBootstrap(HttpClient http, LambdaBootstrapHandler handler, LambdaBootstrapInitializer initializer, bool ownsHttp)
    {
        _http = http ?? throw new ArgumentNullException(nameof(http));
        _handler = handler ?? throw new ArgumentNullException(nameof(handler));
        _initializer = initializer;
        _ownsHttp = ownsHttp;
        _http.Timeout = NextInvocationTimeout;
        _api = new RuntimeApiClient(_http);
    }

    public static HttpClient ConstructHttpClient() => new(new SocketsHttpHandler());

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_initializer is not null && !await InitializeAsync())
            return;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await InvokeOnceAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _ownsHttp)
            _http.Dispose();
    }

    private async Task<bool> InitializeAsync()
    {
        try
        {
            return await _initializer();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            await _api.ReportInitializationErrorAsync(e);
            throw;
        }
    }

    private async Task InvokeOnceAsync(CancellationToken cancellationToken)
    {
        using var invocation = await _api.GetNextInvocationAsync(cancellationToken);
        var requestId = invocation.LambdaContext.AwsRequestId;
        InvocationResponse response;
        try
        {
            response = await _handler(invocation);
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            await _api.ReportInvocationErrorAsync(requestId, e);
            return;
        }
        try
        {
            await _api.SendResponseAsync(requestId, response?.OutputStream);
        }
        finally
        {
            if (response is { DisposeOutputStream: true })
                response.OutputStream?.Dispose();
        }
    }
}
