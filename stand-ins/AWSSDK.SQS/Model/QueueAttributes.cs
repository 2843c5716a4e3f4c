using Amazon.Runtime;

namespace Amazon.SQS.Model;

public class GetQueueAttributesRequest : AmazonSQSRequest
{
    public GetQueueAttributesRequest()
    {
    }

    public GetQueueAttributesRequest(string queueUrl, List<string> attributeNames) => (QueueUrl, AttributeNames) = (queueUrl, attributeNames);

    /// <summary>Values of <see cref="QueueAttributeName"/>.</summary>
    public List<string> AttributeNames { get; set; }

    public string QueueUrl { get; set; }
}

public class GetQueueAttributesResponse : AmazonWebServiceResponse
{
    public Dictionary<string, string> Attributes { get; set; }
}

/// <summary>Most attributes need up to 60 seconds to take hold, MessageRetentionPeriod up to 15 minutes.</summary>
public class SetQueueAttributesRequest : AmazonSQSRequest
{
    public SetQueueAttributesRequest()
    {
    }

    public SetQueueAttributesRequest(string queueUrl, Dictionary<string, string> attributes) => (QueueUrl, Attributes) = (queueUrl, attributes);

    public Dictionary<string, string> Attributes { get; set; }

    public string QueueUrl { get; set; }
}

public class SetQueueAttributesResponse : AmazonWebServiceResponse;
