using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Amazon.SQS.Internal;

/// <summary>Writes a request in AWS JSON 1.0 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html).</summary>
internal sealed class JsonRequest : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static readonly JsonRequest Marshaller = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var type = input.GetType();
        var operation = type.Name[..^"Request".Length];
        var request = new DefaultRequest(input, "Amazon.SQS") { HttpMethod = "POST", ResourcePath = "/" };
        request.Headers["X-Amz-Target"] = $"AmazonSQS.{operation}";
        request.Headers["Content-Type"] = "application/x-amz-json-1.0";
        request.Headers["x-amzn-query-mode"] = "true";
        request.Content = JsonSerializer.SerializeToUtf8Bytes(input, WireJson.Default.GetTypeInfo(type));
        return request;
    }
}
