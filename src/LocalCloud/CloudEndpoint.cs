using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TaskMesh.LocalCloud.Control;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Lambda;
using TaskMesh.LocalCloud.Metadata;
using TaskMesh.LocalCloud.ObjectStore;
using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud;

/// <summary>One port for all services. Each request says by its form whom it means.</summary>
internal sealed partial class CloudEndpoint(
    SqsEndpoint sqs, Ec2Endpoint ec2, LambdaEndpoint lambda, MetadataEndpoint metadata, ControlEndpoint control, ObjectEndpoint? objects,
    ILogger<CloudEndpoint> log, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            if (IsFromProgram(context.Request))
                await RouteAsync(context, either.Token);
            else
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            Fail(context.Response, StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            Fail(context.Response, StatusCodes.Status400BadRequest);
        }
        catch (Exception e)
        {
            LogError(context.Request.Method, context.Request.Path, e);
            Fail(context.Response, StatusCodes.Status500InternalServerError);
        }
    }

    private async Task RouteAsync(HttpContext context, CancellationToken cancellation)
    {
        var request = context.Request;
        if (request.Headers["X-Amz-Target"].ToString() is { Length: > 0 } target)
            await sqs.HandleJsonAsync(context, target, cancellation);
        else if (request.Path.Value!.StartsWith(MetadataEndpoint.PathPrefix, StringComparison.Ordinal))
            await metadata.HandleAsync(context);
        else if (request.Path.Value!.StartsWith(ControlEndpoint.PathPrefix, StringComparison.Ordinal))
            await control.HandleAsync(context, cancellation);
        else if (await lambda.TryHandleAsync(context, cancellation))
            return;
        else if (HttpMethods.IsPost(request.Method) && request.HasFormContentType)
            await RouteQueryAsync(context, cancellation);
        else if (objects is not null)
            await objects.HandleAsync(context, cancellation);
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <summary>Both services of the Query protocol get their forms on any path; the version of the API tells them apart.</summary>
    private async Task RouteQueryAsync(HttpContext context, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var parameters = QueryParameters.From([.. form.Select(field => KeyValuePair.Create(field.Key, field.Value.ToString()))]);
        if (parameters["Version"] == SqsQueryProtocol.Version)
            await sqs.HandleQueryAsync(context, parameters, cancellation);
        else
            await ec2.HandleQueryAsync(context, parameters);
    }

    /// <summary>
    /// Nobody signs here, so a page in the user's browser must not get in: by a form of its own (browsers name the page's origin),
    /// nor by a name of its own that resolves to this address (then the host is another).
    /// </summary>
    private static bool IsFromProgram(HttpRequest request) =>
        request.Host.Host is "127.0.0.1" or "localhost" && !request.Headers.ContainsKey("Origin") && !request.Headers.ContainsKey("Sec-Fetch-Site");

    private static void Fail(HttpResponse response, int status)
    {
        if (response.HasStarted)
            response.HttpContext.Abort();
        else
            response.StatusCode = status;
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogError(string method, PathString path, Exception e);
}
