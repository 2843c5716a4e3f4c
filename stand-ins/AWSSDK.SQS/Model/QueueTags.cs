using Amazon.Runtime;

namespace Amazon.SQS.Model;

public class TagQueueRequest : AmazonSQSRequest
{
    public string QueueUrl { get; set; }

    public Dictionary<string, string> Tags { get; set; }
}

public class TagQueueResponse : AmazonWebServiceResponse;

public class UntagQueueRequest : AmazonSQSRequest
{
    public string QueueUrl { get; set; }

    public List<string> TagKeys { get; set; }
}

public class UntagQueueResponse : AmazonWebServiceResponse;

public class ListQueueTagsRequest : AmazonSQSRequest
{
    public string QueueUrl { get; set; }
}

public class ListQueueTagsResponse : AmazonWebServiceResponse
{
    public Dictionary<string, string> Tags { get; set; }
}
