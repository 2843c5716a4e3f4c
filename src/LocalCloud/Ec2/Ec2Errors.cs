using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>What EC2 says when it says no ("Error codes for the Amazon EC2 API").</summary>
internal static class Ec2Errors
{
    public const string Unauthorized = "UnauthorizedOperation";

    public static AwsException UnknownAction(string? name) => new("InvalidAction", $"The action {name} is not valid for this web service.");

    /// <summary>By its code alone, with the status that EC2 gives it.</summary>
    public static AwsException Scripted(string code, string operation) => new(
        code,
        code == Unauthorized
            ? $"You are not authorized to perform this operation. User: arn:aws:iam::000000000000:user/local is not authorized to perform: "
                + $"ec2:{operation} because no identity-based policy allows the ec2:{operation} action. "
                + "Encoded authorization failure message: bG9jYWw"
            : "As the configuration of this cloud says.",
        StatusOf(code));

    /// <summary>A launch that was made is not refused afterwards: its token is answered from what is known.</summary>
    public static bool IsRefusal(string code) =>
        code is not ("InternalError" or "InternalFailure" or "Unavailable" or "ServiceUnavailable" or "RequestLimitExceeded")
        && !code.StartsWith("Throttling", StringComparison.Ordinal);

    public static AwsException VcpuQuota(int quota) => new(
        "VcpuLimitExceeded",
        $"You have requested more vCPU capacity than your current vCPU limit of {quota} allows for the instance bucket that the specified instance "
            + "type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.");

    public static AwsException Missing(string parameter) => new("MissingParameter", $"The request must contain the parameter {parameter}");
    public static AwsException Invalid(string message) => new("InvalidParameterValue", message);
    public static AwsException Combination(string message) => new("InvalidParameterCombination", message);

    public static AwsException TokenMismatch() =>
        new("IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).");

    public static AwsException DryRun() => new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);

    public static AwsException TemplateName(string name) =>
        new("InvalidLaunchTemplateName.NotFoundException", $"The specified launch template, with template name {name}, does not exist.");

    public static AwsException TemplateExists(string name) =>
        new("InvalidLaunchTemplateName.AlreadyExistsException", $"Launch template name already in use: {name}.");

    public static AwsException TemplateId(string id) =>
        new("InvalidLaunchTemplateId.NotFound", $"The specified launch template, with template ID {id}, does not exist.");

    public static AwsException TemplateVersion(string version, string name) =>
        new("InvalidLaunchTemplateId.VersionNotFound", $"Could not find version {version} of the launch template {name}.");

    public static AwsException Image(string id) => new("InvalidAMIID.NotFound", $"The image id '[{id}]' does not exist");
    public static AwsException Subnet(string id) => new("InvalidSubnetID.NotFound", $"The subnet ID '{id}' does not exist");
    public static AwsException Instances(IEnumerable<string> ids) =>
        new("InvalidInstanceID.NotFound", $"The instance ID '{string.Join(", ", ids)}' does not exist");
    private static int StatusOf(string code) => code switch
    {
        "InternalError" or "InternalFailure" or "InsufficientInstanceCapacity" or "InsufficientHostCapacity" => 500,
        "Unavailable" or "ServiceUnavailable" or "RequestLimitExceeded" => 503,
        Unauthorized => 403,
        "AuthFailure" => 401,
        "DryRunOperation" => 412,
        _ => 400,
    };

    public static AwsException MalformedInstance(string id) => new("InvalidInstanceID.Malformed", $"Invalid id: \"{id}\"");
}
