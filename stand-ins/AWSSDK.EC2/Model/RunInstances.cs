using Amazon.Runtime;

namespace Amazon.EC2.Model;

/// <summary>Launches; the same <see cref="ClientToken"/> with the same parameters launches once.</summary>
public class RunInstancesRequest : AmazonEC2Request
{
    public RunInstancesRequest()
    {
    }

    public RunInstancesRequest(string imageId, int? minCount, int? maxCount) => (ImageId, MinCount, MaxCount) = (imageId, minCount, maxCount);

    /// <summary>Up to 64 ASCII characters.</summary>
    public string ClientToken { get; set; }

    public bool? DryRun { get; set; }

    public string ImageId { get; set; }

    public ShutdownBehavior InstanceInitiatedShutdownBehavior { get; set; }

    public InstanceMarketOptionsRequest InstanceMarketOptions { get; set; }

    public InstanceType InstanceType { get; set; }

    public LaunchTemplateSpecification LaunchTemplate { get; set; }

    public int? MaxCount { get; set; }

    public int? MinCount { get; set; }

    public List<string> SecurityGroupIds { get; set; }

    public string SubnetId { get; set; }

    public List<TagSpecification> TagSpecifications { get; set; }

    /// <summary>Base64.</summary>
    public string UserData { get; set; }
}

public class RunInstancesResponse : AmazonWebServiceResponse
{
    public Reservation Reservation { get; set; }
}

/// <summary>By id or by name; the version is a number, $Latest or $Default.</summary>
public class LaunchTemplateSpecification
{
    public string LaunchTemplateId { get; set; }

    public string LaunchTemplateName { get; set; }

    public string Version { get; set; }
}

public class InstanceMarketOptionsRequest
{
    public MarketType MarketType { get; set; }

    public SpotMarketOptions SpotOptions { get; set; }
}

public class SpotMarketOptions
{
    public InstanceInterruptionBehavior InstanceInterruptionBehavior { get; set; }

    /// <summary>Dollars an hour.</summary>
    public string MaxPrice { get; set; }

    public SpotInstanceType SpotInstanceType { get; set; }
}
