using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>Lambda on the wire: the Runtime API for processes ("/FUNCTION/PROCESS/2018-06-01/runtime/...") and Invoke for everyone else.</summary>
public sealed class LambdaEndpoint(IReadOnlyDictionary<string, LambdaFunction> functions, CloudIds ids, TimeProvider clock)
{
    private const string InvokePrefix = "/2015-03-31/functions/";
    private const string RuntimeVersion = "2018-06-01";

    private static readonly byte[] Accepted = """{"status":"OK"}"""u8.ToArray();

    /// <summary>False if the path is none of Lambda's.</summary>
    public async Task<bool> TryHandleAsync(HttpContext context, CancellationToken cancellation)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith(InvokePrefix, StringComparison.Ordinal))
        {
            await InvokeAsync(context, path[InvokePrefix.Length..].Split('/')[0], cancellation);
            return true;
        }
        if (path.Split('/', 6) is not ["", var name, var number, RuntimeVersion, "runtime", var call]
            || !functions.TryGetValue(name, out var function))
            return false;
        if (WholeNumber.Parse(number) is { } process && function.Environment(process) is { } environment)
            await RuntimeAsync(context, call.Split('/'), function, environment, cancellation);
        else
            await WriteAsync(context, StatusCodes.Status403Forbidden, ErrorBody("InvalidProcess", $"{name} has no process {number}."));
        return true;
    }

    private async Task RuntimeAsync(
        HttpContext context, string[] call, LambdaFunction function, ExecutionEnvironment environment, CancellationToken cancellation)
    {
        switch (call)
        {
            case ["invocation", "next"]:
                await NextAsync(context, function, await environment.NextAsync(cancellation));
                break;
            case ["invocation", var id, "response" or "error"]:
                var result = new InvocationResult(call[2] == "response", await ReadAsync(context.Request, cancellation));
                await (Guid.TryParse(id, out var guid) && environment.Answer(guid, result)
                    ? WriteAsync(context, StatusCodes.Status202Accepted, Accepted)
                    : WriteAsync(context, StatusCodes.Status400BadRequest, ErrorBody("InvalidRequestID", $"No call {id} waits for this process.")));
                break;
            case ["init", "error"]:
                environment.InitError = Encoding.UTF8.GetString(await ReadAsync(context.Request, cancellation));
                await WriteAsync(context, StatusCodes.Status202Accepted, Accepted);
                break;
            default:
                await WriteAsync(context, StatusCodes.Status404NotFound, ErrorBody("UnknownPath", context.Request.Path.Value!));
                break;
        }
    }

    private async Task NextAsync(HttpContext context, LambdaFunction function, Invocation call)
    {
        var (headers, deadline) = (context.Response.Headers, clock.GetUtcNow() + function.Timeout);
        headers["Lambda-Runtime-Aws-Request-Id"] = call.Id.ToString();
        headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = function.Arn;
        headers["Lambda-Runtime-Trace-Id"] = $"Root=1-{clock.GetUtcNow().ToUnixTimeSeconds():x8}-{call.Id.ToString("N")[..24]};Sampled=0";
        await WriteAsync(context, StatusCodes.Status200OK, call.Payload);
    }

    /// <summary>The synchronous kind only: who waits for nothing can send a message to a queue.</summary>
    private async Task InvokeAsync(HttpContext context, string name, CancellationToken cancellation)
    {
        context.Response.Headers["x-amzn-RequestId"] = ids.Uuid().ToString();
        if (!functions.TryGetValue(Uri.UnescapeDataString(name).Split(':')[^1], out var function))
            await RefuseAsync(context, StatusCodes.Status404NotFound, "ResourceNotFoundException", $"Function not found: {name}");
        else if (context.Request.Headers["X-Amz-Invocation-Type"].ToString() is not ("" or "RequestResponse"))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "InvalidParameterValueException", "Only RequestResponse is known here.");
        else if (!await function.Places.WaitAsync(TimeSpan.Zero, cancellation))
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "TooManyRequestsException", "Rate Exceeded.");
        else
            await CallAsync(context, function, cancellation);
    }

    private static async Task CallAsync(HttpContext context, LambdaFunction function, CancellationToken cancellation)
    {
        try
        {
            var result = await function.InvokeAsync(await ReadAsync(context.Request, cancellation));
            context.Response.Headers["X-Amz-Executed-Version"] = "$LATEST";
            if (!result.Succeeded)
                context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
            await WriteAsync(context, StatusCodes.Status200OK, result.Payload);
        }
        finally
        {
            function.Places.Release();
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string type, string message)
    {
        context.Response.Headers["x-amzn-ErrorType"] = type;
        var body = new Dictionary<string, string> { ["Type"] = "User", ["Message"] = message };
        return WriteAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(body));
    }

    private static byte[] ErrorBody(string type, string message) => InvocationResult.Error(type, message).Payload.ToArray();

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellation);
        return buffer.ToArray();
    }

    private static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
