using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>SQS on the wire: AWS JSON 1.0 and the Query protocol over the same operations.</summary>
public sealed class SqsEndpoint(SqsOperations operations, SqsFaults faults, NpgsqlDataSource source, CloudIds ids)
{
    public const string TargetPrefix = "AmazonSQS.";

    public async Task HandleJsonAsync(HttpContext context, string target, CancellationToken cancellation)
    {
        var response = context.Response;
        response.Headers["x-amzn-RequestId"] = ids.Uuid().ToString();
        response.ContentType = "application/x-amz-json-1.0";
        byte[] body;
        try
        {
            var operation = target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : target;
            var request = await ReadJsonAsync(context.Request, cancellation);
            var answer = await RunAsync(operation, request, cancellation);
            if (faults.LosesReply(operation, request))
            {
                context.Abort();
                return;
            }
            body = JsonSerializer.SerializeToUtf8Bytes(answer, SqsJson.Default.SqsResponse);
        }
        catch (AwsException error)
        {
            response.StatusCode = error.Status;
            response.Headers["x-amzn-query-error"] = $"{error.Code};{(error.Status < 500 ? "Sender" : "Receiver")}";
            body = JsonSerializer.SerializeToUtf8Bytes(new JsonError(SqsErrors.JsonType(error.Code), error.Message), SqsJson.Default.JsonError);
        }
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, cancellation);
    }

    public async Task HandleQueryAsync(HttpContext context, QueryParameters parameters, CancellationToken cancellation)
    {
        var id = ids.Uuid();
        context.Response.Headers["x-amzn-RequestId"] = id.ToString();
        try
        {
            var operation = parameters["Action"];
            // Older clients post to the queue's URL and do not repeat it in the form.
            var request = SqsQueryProtocol.Read(operation, parameters) with { QueueUrl = parameters["QueueUrl"] ?? context.Request.Path };
            var answer = await RunAsync(operation, request, cancellation);
            if (faults.LosesReply(operation, request))
                context.Abort();
            else
                await context.Response.WriteXmlAsync(StatusCodes.Status200OK, SqsQueryProtocol.Write(operation!, answer, id));
        }
        catch (AwsException error)
        {
            await context.Response.WriteXmlAsync(error.Status, SqsQueryProtocol.Write(error, id));
        }
    }

    private async Task<SqsResponse> RunAsync(string? operation, SqsRequest request, CancellationToken cancellation)
    {
        try
        {
            return await operations.RunAsync(operation, request, cancellation);
        }
        catch (NpgsqlException e)
        {
            // After a restart of the store every pooled connection is dead. Without this each of them would fail a request of its own.
            source.Clear();
            throw new AwsException("ServiceUnavailable", $"The store does not answer: {e.Message}", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<SqsRequest> ReadJsonAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, SqsJson.Default.SqsRequest, cancellation) ?? new SqsRequest();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new AwsException("MalformedInput", $"The request is not JSON of this operation: {e.Message}");
        }
    }
}
