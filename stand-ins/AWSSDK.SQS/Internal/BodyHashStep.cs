using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS.Model;

namespace Amazon.SQS.Internal;

/// <summary>SQS answers with the MD5 of each body; a body that changed on its way is an error.</summary>
internal sealed class BodyHashStep : PipelineHandler
{
    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        var response = await base.InvokeAsync<T>(executionContext).ConfigureAwait(false);
        Check(executionContext.RequestContext.OriginalRequest, executionContext.ResponseContext.Response);
        return response;
    }

    private static void Check(AmazonWebServiceRequest request, AmazonWebServiceResponse response)
    {
        switch (request, response)
        {
            case (SendMessageRequest sent, SendMessageResponse answer):
                Check(sent.MessageBody, answer.MD5OfMessageBody, "MD5 hash mismatch");
                break;
            case (SendMessageBatchRequest sent, SendMessageBatchResponse answer):
                var bodies = sent.Entries.ToDictionary(entry => entry.Id, entry => entry.MessageBody);
                foreach (var entry in answer.Successful ?? [])
                    Check(bodies[entry.Id], entry.MD5OfMessageBody, $"MD5 hash mismatch for message id {entry.Id}");
                break;
            case (ReceiveMessageRequest, ReceiveMessageResponse answer):
                foreach (var message in answer.Messages ?? [])
                    Check(message.Body, message.MD5OfBody, $"MD5 hash mismatch for message id {message.MessageId}");
                break;
        }
    }

    private static void Check(string body, string md5, string fault)
    {
        if (!Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(body))).Equals(md5, StringComparison.OrdinalIgnoreCase))
            throw new AmazonSQSException(fault);
    }
}
