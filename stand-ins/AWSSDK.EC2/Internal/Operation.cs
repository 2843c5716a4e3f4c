using System.Net;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Amazon.EC2.Internal;

/// <summary>
/// One operation: its name, its parameters in the Query protocol, and its answer in XML
/// (https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html).
/// </summary>
internal sealed class Operation<TRequest, TResponse>(string name, Action<QueryWriter, TRequest> write, Func<XmlPart, TResponse> read)
    : XmlResponseUnmarshaller, IMarshaller<IRequest, AmazonWebServiceRequest>
    where TRequest : AmazonEC2Request
    where TResponse : AmazonWebServiceResponse
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, "Amazon.EC2");
        request.Parameters["Action"] = name;
        request.Parameters["Version"] = "2016-11-15";
        write(new QueryWriter(request.Parameters), (TRequest)input);
        return request;
    }

    public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext input)
    {
        var root = new XmlPart(XDocument.Load(input.Stream).Root);
        var response = read(root);
        response.ResponseMetadata = new ResponseMetadata { RequestId = root.Text("requestId") };
        return response;
    }

    public override AmazonServiceException UnmarshallException(XmlUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var root = ReadError(input.Stream);
        var error = root?.Child("Errors")?.Child("Error");
        var type = (int)statusCode < 500 ? ErrorType.Sender : ErrorType.Receiver;
        var message = error?.Text("Message") ?? $"HTTP {(int)statusCode}";
        var code = error?.Text("Code") ?? statusCode.ToString();
        return new AmazonEC2Exception(message, innerException, type, code, root?.Text("RequestID"), statusCode);
    }

    private static XmlPart ReadError(Stream stream)
    {
        try
        {
            return new XmlPart(XDocument.Load(stream).Root);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
