using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class DescribeLaunchTemplateVersionsRequest : AmazonEC2Request
{
    public bool? DryRun { get; set; }

    public string LaunchTemplateId { get; set; }

    public string LaunchTemplateName { get; set; }

    public int? MaxResults { get; set; }

    public string NextToken { get; set; }

    /// <summary>Whether an image that is named by a parameter of Systems Manager is told by its id.</summary>
    public bool? ResolveAlias { get; set; }

    /// <summary>Numbers, $Latest, $Default.</summary>
    public List<string> Versions { get; set; }
}

public class DescribeLaunchTemplateVersionsResponse : AmazonWebServiceResponse
{
    public List<LaunchTemplateVersion> LaunchTemplateVersions { get; set; }

    public string NextToken { get; set; }
}

public class LaunchTemplateVersion
{
    public string CreatedBy { get; set; }

    public DateTime? CreateTime { get; set; }

    public bool? DefaultVersion { get; set; }

    public ResponseLaunchTemplateData LaunchTemplateData { get; set; }

    public string LaunchTemplateId { get; set; }

    public string LaunchTemplateName { get; set; }

    public string VersionDescription { get; set; }

    public long? VersionNumber { get; set; }
}

public class ResponseLaunchTemplateData
{
    public string ImageId { get; set; }

    public ShutdownBehavior InstanceInitiatedShutdownBehavior { get; set; }

    public InstanceType InstanceType { get; set; }

    public List<string> SecurityGroupIds { get; set; }

    public string UserData { get; set; }
}
