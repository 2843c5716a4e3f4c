using Amazon.Runtime;

namespace Amazon.SQS.Model;

/// <summary>Moves messages out of a dead-letter queue, one task per queue at a time. They get new ids and a new time of sending.</summary>
public class StartMessageMoveTaskRequest : AmazonSQSRequest
{
    /// <summary>Left out, each message goes back to the queue that it came from.</summary>
    public string DestinationArn { get; set; }

    /// <summary>1 to 500.</summary>
    public int? MaxNumberOfMessagesPerSecond { get; set; }

    public string SourceArn { get; set; }
}

public class StartMessageMoveTaskResponse : AmazonWebServiceResponse
{
    public string TaskHandle { get; set; }
}

public class CancelMessageMoveTaskRequest : AmazonSQSRequest
{
    public string TaskHandle { get; set; }
}

public class CancelMessageMoveTaskResponse : AmazonWebServiceResponse
{
    public long? ApproximateNumberOfMessagesMoved { get; set; }
}

public class ListMessageMoveTasksRequest : AmazonSQSRequest
{
    /// <summary>1 to 10; 1 when left out.</summary>
    public int? MaxResults { get; set; }

    public string SourceArn { get; set; }
}

public class ListMessageMoveTasksResponse : AmazonWebServiceResponse
{
    public List<ListMessageMoveTasksResultEntry> Results { get; set; }
}

public class ListMessageMoveTasksResultEntry
{
    public long? ApproximateNumberOfMessagesMoved { get; set; }

    public long? ApproximateNumberOfMessagesToMove { get; set; }

    public string DestinationArn { get; set; }

    public string FailureReason { get; set; }

    public int? MaxNumberOfMessagesPerSecond { get; set; }

    public string SourceArn { get; set; }

    /// <summary>Milliseconds since 1970.</summary>
    public long? StartedTimestamp { get; set; }

    /// <summary>RUNNING, COMPLETED, CANCELLING, CANCELLED or FAILED.</summary>
    public string Status { get; set; }

    /// <summary>Only of running tasks.</summary>
    public string TaskHandle { get; set; }
}
