using Amazon.Runtime;

namespace Amazon.SQS.Model;

/// <summary>A receive; with a wait it is a long poll.</summary>
public class ReceiveMessageRequest : AmazonSQSRequest
{
    public ReceiveMessageRequest()
    {
    }

    public ReceiveMessageRequest(string queueUrl) => QueueUrl = queueUrl;

    /// <summary>1 to 10; 1 when left out.</summary>
    public int? MaxNumberOfMessages { get; set; }

    public List<string> MessageAttributeNames { get; set; }

    /// <summary>Values of <see cref="MessageSystemAttributeName"/>.</summary>
    public List<string> MessageSystemAttributeNames { get; set; }

    public string QueueUrl { get; set; }

    /// <summary>0 to 43,200 seconds.</summary>
    public int? VisibilityTimeout { get; set; }

    /// <summary>0 to 20.</summary>
    public int? WaitTimeSeconds { get; set; }
}

public class ReceiveMessageResponse : AmazonWebServiceResponse
{
    /// <summary>Null when nothing arrived.</summary>
    public List<Message> Messages { get; set; }
}
