using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class CreateLaunchTemplateRequest : AmazonEC2Request
{
    public string ClientToken { get; set; }

    public bool? DryRun { get; set; }

    public RequestLaunchTemplateData LaunchTemplateData { get; set; }

    /// <summary>3 to 128 characters.</summary>
    public string LaunchTemplateName { get; set; }

    public string VersionDescription { get; set; }
}

public class CreateLaunchTemplateResponse : AmazonWebServiceResponse
{
    public LaunchTemplate LaunchTemplate { get; set; }
}

/// <summary>The new version is $Latest; $Default stays what it was.</summary>
public class CreateLaunchTemplateVersionRequest : AmazonEC2Request
{
    public string ClientToken { get; set; }

    public bool? DryRun { get; set; }

    public RequestLaunchTemplateData LaunchTemplateData { get; set; }

    public string LaunchTemplateId { get; set; }

    public string LaunchTemplateName { get; set; }

    /// <summary>Has what the data leaves out.</summary>
    public string SourceVersion { get; set; }

    public string VersionDescription { get; set; }
}

public class CreateLaunchTemplateVersionResponse : AmazonWebServiceResponse
{
    public LaunchTemplateVersion LaunchTemplateVersion { get; set; }
}

public class DeleteLaunchTemplateRequest : AmazonEC2Request
{
    public bool? DryRun { get; set; }

    public string LaunchTemplateId { get; set; }

    public string LaunchTemplateName { get; set; }
}

public class DeleteLaunchTemplateResponse : AmazonWebServiceResponse
{
    public LaunchTemplate LaunchTemplate { get; set; }
}

public class LaunchTemplate
{
    public string CreatedBy { get; set; }

    public DateTime? CreateTime { get; set; }

    public long? DefaultVersionNumber { get; set; }

    public long? LatestVersionNumber { get; set; }

    public string LaunchTemplateId { get; set; }

    public string LaunchTemplateName { get; set; }
}

public class RequestLaunchTemplateData
{
    public string ImageId { get; set; }

    public ShutdownBehavior InstanceInitiatedShutdownBehavior { get; set; }

    public InstanceType InstanceType { get; set; }

    public List<string> SecurityGroupIds { get; set; }

    /// <summary>Base64.</summary>
    public string UserData { get; set; }
}
