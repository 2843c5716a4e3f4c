using Amazon.Runtime;

namespace Amazon.EC2.Model;

/// <summary>Up to 1,000 instances; terminating one again succeeds.</summary>
public class TerminateInstancesRequest : AmazonEC2Request
{
    public TerminateInstancesRequest()
    {
    }

    public TerminateInstancesRequest(List<string> instanceIds) => InstanceIds = instanceIds;

    public bool? DryRun { get; set; }

    public List<string> InstanceIds { get; set; }
}

public class TerminateInstancesResponse : AmazonWebServiceResponse
{
    public List<InstanceStateChange> TerminatingInstances { get; set; }
}

public class InstanceStateChange
{
    public InstanceState CurrentState { get; set; }

    public string InstanceId { get; set; }

    public InstanceState PreviousState { get; set; }
}
