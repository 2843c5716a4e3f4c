using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class GetConsoleOutputRequest : AmazonEC2Request
{
    public GetConsoleOutputRequest()
    {
    }

    public GetConsoleOutputRequest(string instanceId) => InstanceId = instanceId;

    public bool? DryRun { get; set; }

    public string InstanceId { get; set; }

    /// <summary>The newest output; only instances on Nitro have it.</summary>
    public bool? Latest { get; set; }
}

public class GetConsoleOutputResponse : AmazonWebServiceResponse
{
    public string InstanceId { get; set; }

    /// <summary>Base64.</summary>
    public string Output { get; set; }

    public DateTime? Timestamp { get; set; }
}
