using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Amazon.SQS.Model;

/// <summary>Creating a queue again with the same attributes answers with the one that is there.</summary>
public class CreateQueueRequest : AmazonSQSRequest
{
    public CreateQueueRequest()
    {
    }

    public CreateQueueRequest(string queueName) => QueueName = queueName;

    public Dictionary<string, string> Attributes { get; set; }

    public string QueueName { get; set; }

    [JsonPropertyName("tags")]
    public Dictionary<string, string> Tags { get; set; }
}

public class CreateQueueResponse : AmazonWebServiceResponse
{
    public string QueueUrl { get; set; }
}

public class DeleteQueueRequest : AmazonSQSRequest
{
    public DeleteQueueRequest()
    {
    }

    public DeleteQueueRequest(string queueUrl) => QueueUrl = queueUrl;

    public string QueueUrl { get; set; }
}

public class DeleteQueueResponse : AmazonWebServiceResponse;

public class GetQueueUrlRequest : AmazonSQSRequest
{
    public GetQueueUrlRequest()
    {
    }

    public GetQueueUrlRequest(string queueName) => QueueName = queueName;

    public string QueueName { get; set; }

    public string QueueOwnerAWSAccountId { get; set; }
}

public class GetQueueUrlResponse : AmazonWebServiceResponse
{
    public string QueueUrl { get; set; }
}

/// <summary>Pages only when <see cref="MaxResults"/> is given.</summary>
public class ListQueuesRequest : AmazonSQSRequest
{
    public ListQueuesRequest()
    {
    }

    public ListQueuesRequest(string queueNamePrefix) => QueueNamePrefix = queueNamePrefix;

    public int? MaxResults { get; set; }

    public string NextToken { get; set; }

    public string QueueNamePrefix { get; set; }
}

public class ListQueuesResponse : AmazonWebServiceResponse
{
    public string NextToken { get; set; }

    public List<string> QueueUrls { get; set; }
}

/// <summary>The queues whose redrive policy names this one. Pages only when <see cref="MaxResults"/> is given.</summary>
public class ListDeadLetterSourceQueuesRequest : AmazonSQSRequest
{
    public int? MaxResults { get; set; }

    public string NextToken { get; set; }

    public string QueueUrl { get; set; }
}

public class ListDeadLetterSourceQueuesResponse : AmazonWebServiceResponse
{
    public string NextToken { get; set; }

    [JsonPropertyName("queueUrls")]
    public List<string> QueueUrls { get; set; }
}

/// <summary>Takes up to 60 seconds; one at a time.</summary>
public class PurgeQueueRequest : AmazonSQSRequest
{
    public string QueueUrl { get; set; }
}

public class PurgeQueueResponse : AmazonWebServiceResponse;
