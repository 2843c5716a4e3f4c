using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>The Runtime API: next, response, error, init/error (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).</summary>
internal sealed class RuntimeApiClient(HttpClient http)
{
    private const string TraceIdVariable = "_X_AMZN_TRACE_ID";

    /// <summary>AWS_LAMBDA_RUNTIME_API is "host:port", and may go on with a path.</summary>
    private readonly string _base = $"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime";

    public async Task<InvocationRequest> GetNextInvocationAsync(CancellationToken cancellationToken)
    {
        var reply = await http.GetAsync($"{_base}/invocation/next", cancellationToken);
        if (reply.StatusCode != HttpStatusCode.OK)
            throw await UnexpectedAsync(reply);
        var context = new LambdaContext(reply.Headers);
        Environment.SetEnvironmentVariable(TraceIdVariable, context.TraceId);
        return new InvocationRequest { InputStream = await reply.Content.ReadAsStreamAsync(cancellationToken), LambdaContext = context };
    }

    public async Task SendResponseAsync(string requestId, Stream output)
    {
        using var content = new StreamContent(output ?? Stream.Null);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var reply = await http.PostAsync($"{_base}/invocation/{requestId}/response", content);
        if (reply.StatusCode != HttpStatusCode.Accepted)
            throw await UnexpectedAsync(reply);
    }

    public Task ReportInvocationErrorAsync(string requestId, Exception error) => ReportAsync($"{_base}/invocation/{requestId}/error", error);

    public Task ReportInitializationErrorAsync(Exception error) => ReportAsync($"{_base}/init/error", error);

    private async Task ReportAsync(string address, Exception error)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(ToJson(error).ToJsonString()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.aws.lambda.error+json");
        request.Headers.Add("Lambda-Runtime-Function-Error-Type", error.GetType().Name);
        using var reply = await http.SendAsync(request);
        if (reply.StatusCode != HttpStatusCode.Accepted)
            throw await UnexpectedAsync(reply);
        await ReadStatusAsync(reply);
    }

    private static JsonObject ToJson(Exception error)
    {
        var json = new JsonObject
        {
            ["errorType"] = error.GetType().Name,
            ["errorMessage"] = error.Message,
            ["stackTrace"] = new JsonArray([.. (error.StackTrace ?? "").Split('\n').Select(line => JsonValue.Create(line.TrimEnd()))]),
        };
        if (error.InnerException is { } inner)
            json["cause"] = ToJson(inner);
        return json;
    }

    /// <summary>Whoever plays the Runtime API must answer an error with {"status":"OK"}; an empty body is refused.</summary>
    private static async Task ReadStatusAsync(HttpResponseMessage reply)
    {
        var body = await reply.Content.ReadAsStringAsync();
        try
        {
            JsonDocument.Parse(body).Dispose();
        }
        catch (JsonException e)
        {
            throw new RuntimeApiClientException("Could not deserialize the response body.", (int)reply.StatusCode, body, e);
        }
    }

    private static async Task<RuntimeApiClientException> UnexpectedAsync(HttpResponseMessage reply)
    {
        var body = await reply.Content.ReadAsStringAsync();
        return new("The HTTP status code of the response was not expected.", (int)reply.StatusCode, body, innerException: null);
    }
}
