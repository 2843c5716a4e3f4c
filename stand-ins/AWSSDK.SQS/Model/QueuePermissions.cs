using Amazon.Runtime;

namespace Amazon.SQS.Model;

/// <summary>A statement in the queue's policy, found again by its label.</summary>
public class AddPermissionRequest : AmazonSQSRequest
{
    public AddPermissionRequest()
    {
    }

    public AddPermissionRequest(string queueUrl, string label, List<string> awsAccountIds, List<string> actions) =>
        (QueueUrl, Label, AWSAccountIds, Actions) = (queueUrl, label, awsAccountIds, actions);

    /// <summary>Names of operations without a prefix, 7 at most, or "*".</summary>
    public List<string> Actions { get; set; }

    public List<string> AWSAccountIds { get; set; }

    public string Label { get; set; }

    public string QueueUrl { get; set; }
}

public class AddPermissionResponse : AmazonWebServiceResponse;

public class RemovePermissionRequest : AmazonSQSRequest
{
    public RemovePermissionRequest()
    {
    }

    public RemovePermissionRequest(string queueUrl, string label) => (QueueUrl, Label) = (queueUrl, label);

    public string Label { get; set; }

    public string QueueUrl { get; set; }
}

public class RemovePermissionResponse : AmazonWebServiceResponse;
