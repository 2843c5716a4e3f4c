using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace Amazon.SQS.Internal;

/// <summary>Reads an answer or an error in AWS JSON 1.0.</summary>
internal sealed class JsonResponse<TResponse> : JsonResponseUnmarshaller
    where TResponse : AmazonWebServiceResponse, new()
{
    public static readonly JsonResponse<TResponse> Unmarshaller = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var body = new MemoryStream();
        input.Stream.CopyTo(body);
        var type = (JsonTypeInfo<TResponse>)WireJson.Default.GetTypeInfo(typeof(TResponse));
        return body.Length == 0 ? new TResponse() : JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), type);
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var (shape, message) = ReadError(input.Stream);
        var requestId = input.ResponseData.GetHeaderValue("x-amzn-RequestId");
        var type = (int)statusCode < 500 ? ErrorType.Sender : ErrorType.Receiver;
        // "code;Sender" or "code;Receiver": the names that errors had in the older Query protocol, and that ErrorCode still carries.
        var query = input.ResponseData.GetHeaderValue("x-amzn-query-error")?.Split(';');
        var code = query is [{ Length: > 0 } name, ..] ? name : shape ?? statusCode.ToString();
        return ErrorShapes.Create(shape, message ?? $"HTTP {(int)statusCode}", innerException, type, code, requestId, statusCode);
    }

    private static (string Shape, string Message) ReadError(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            var type = root.TryGetProperty("__type", out var value) ? value.GetString() : null;
            var message = root.TryGetProperty("message", out value) || root.TryGetProperty("Message", out value) ? value.GetString() : null;
            return (type?[(type.IndexOf('#') + 1)..], message);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }
}
