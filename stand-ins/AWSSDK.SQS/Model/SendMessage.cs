using Amazon.Runtime;

namespace Amazon.SQS.Model;

/// <summary>A body of 1 byte to 1 MiB, attributes included, in the characters of XML 1.0.</summary>
public class SendMessageRequest : AmazonSQSRequest
{
    public SendMessageRequest()
    {
    }

    public SendMessageRequest(string queueUrl, string messageBody) => (QueueUrl, MessageBody) = (queueUrl, messageBody);

    /// <summary>0 to 900.</summary>
    public int? DelaySeconds { get; set; }

    public Dictionary<string, MessageAttributeValue> MessageAttributes { get; set; }

    public string MessageBody { get; set; }

    /// <summary>AWSTraceHeader is the only one.</summary>
    public Dictionary<string, MessageSystemAttributeValue> MessageSystemAttributes { get; set; }

    public string QueueUrl { get; set; }
}

public class SendMessageResponse : AmazonWebServiceResponse
{
    public string MD5OfMessageAttributes { get; set; }

    public string MD5OfMessageBody { get; set; }

    public string MD5OfMessageSystemAttributes { get; set; }

    public string MessageId { get; set; }
}

/// <summary>Up to 10 entries, 1 MiB in total.</summary>
public class SendMessageBatchRequest : AmazonSQSRequest
{
    public SendMessageBatchRequest()
    {
    }

    public SendMessageBatchRequest(string queueUrl, List<SendMessageBatchRequestEntry> entries) => (QueueUrl, Entries) = (queueUrl, entries);

    public List<SendMessageBatchRequestEntry> Entries { get; set; }

    public string QueueUrl { get; set; }
}

public class SendMessageBatchRequestEntry
{
    public SendMessageBatchRequestEntry()
    {
    }

    public SendMessageBatchRequestEntry(string id, string messageBody) => (Id, MessageBody) = (id, messageBody);

    /// <summary>0 to 900.</summary>
    public int? DelaySeconds { get; set; }

    /// <summary>Up to 80 letters, digits, hyphens and underscores, distinct within the batch.</summary>
    public string Id { get; set; }

    public Dictionary<string, MessageAttributeValue> MessageAttributes { get; set; }

    public string MessageBody { get; set; }

    public Dictionary<string, MessageSystemAttributeValue> MessageSystemAttributes { get; set; }
}

/// <summary>A call that succeeds may carry failed entries.</summary>
public class SendMessageBatchResponse : AmazonWebServiceResponse
{
    public List<BatchResultErrorEntry> Failed { get; set; }

    public List<SendMessageBatchResultEntry> Successful { get; set; }
}

public class SendMessageBatchResultEntry
{
    public string Id { get; set; }

    public string MD5OfMessageAttributes { get; set; }

    public string MD5OfMessageBody { get; set; }

    public string MD5OfMessageSystemAttributes { get; set; }

    public string MessageId { get; set; }
}
