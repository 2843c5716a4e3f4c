using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>What one RunInstances call asks for, with the launch template filled in.</summary>
/// <param name="Digest">Of all parameters: the same client token with another digest is a mismatch.</param>
/// <param name="UserData">In base64.</param>
public sealed record LaunchPlan(
    string ImageId, string InstanceType, string? SubnetId, string Zone, int Count, IReadOnlyDictionary<string, string> Tags, string? ClientToken,
    string Digest, string Market = "on-demand", string? UserData = null)
{
    private const int LongestToken = 64;

    /// <summary>Reads a request. What it refuses is refused with EC2's code for it.</summary>
    public static LaunchPlan Read(QueryParameters request, CloudConfiguration configuration, LaunchTemplates templates)
    {
        var (template, version, number) = templates.Asked(request);
        var imageId = request["ImageId"] ?? version?.ImageId ?? throw Ec2Errors.Missing("ImageId");
        var instanceType = request["InstanceType"] ?? version?.InstanceType ?? throw Ec2Errors.Missing("InstanceType");
        if (!configuration.Images.ContainsKey(imageId))
            throw Ec2Errors.Image(imageId);
        if (!InstanceTypes.All.ContainsKey(instanceType))
            throw Ec2Errors.Invalid($"Invalid value '{instanceType}' for InstanceType.");
        if (InstanceTypes.All[instanceType].Architecture is var built && configuration.Images[imageId].Architecture is var made && built != made)
            throw Ec2Errors.Invalid(
                $"The architecture '{built}' of the specified instance type does not match the architecture '{made}' of the specified AMI.");
        var subnetId = ReadSubnet(request["SubnetId"], version, configuration);
        if (request["ClientToken"]?.Length > LongestToken)
            throw Ec2Errors.Invalid($"Value for parameter ClientToken is longer than {LongestToken} characters.");
        return new LaunchPlan(
            imageId,
            instanceType,
            subnetId,
            subnetId is null ? $"{configuration.Region}a" : configuration.Subnets[subnetId].AvailabilityZone,
            ReadCount(request),
            ReadTags(request, template, version, number),
            request["ClientToken"],
            DigestOf(request),
            Ec2Endpoint.MarketOf(request),
            ReadUserData(request["UserData"] ?? version?.UserData));
    }

    /// <summary>A template's subnet is its network interface's; then the call may name none. Without any, EC2 takes the account's first.</summary>
    private static string? ReadSubnet(string? asked, TemplateVersionConfiguration? version, CloudConfiguration configuration)
    {
        if (asked is not null && version?.SubnetId is not null)
            throw Ec2Errors.Combination("Network interfaces and an instance-level subnet ID may not be specified on the same request");
        var subnetId = asked ?? version?.SubnetId ?? configuration.Subnets.Keys.FirstOrDefault();
        return subnetId is null || configuration.Subnets.ContainsKey(subnetId) ? subnetId : throw Ec2Errors.Subnet(subnetId);
    }

    private static string? ReadUserData(string? base64) => base64 is null || Base64.IsValid(base64)
        ? base64
        : throw new AwsException("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");

    private static int ReadCount(QueryParameters request)
    {
        var least = request.Number("MinCount") ?? throw Ec2Errors.Missing("MinCount");
        var most = request.Number("MaxCount") ?? throw Ec2Errors.Missing("MaxCount");
        return least >= 1 && most >= least ? most : throw Ec2Errors.Invalid($"minCount ({least}) must be from 1 to maxCount ({most}).");
    }

    /// <summary>Tags of the template, of the call, and those that EC2 itself adds, by which one sees what "$Latest" was.</summary>
    private static Dictionary<string, string> ReadTags(
        QueryParameters request, LaunchTemplate? template, TemplateVersionConfiguration? version, int number)
    {
        var tags = new Dictionary<string, string>(version?.Tags ?? new Dictionary<string, string>());
        foreach (var specification in request.List("TagSpecification").Where(specification => specification["ResourceType"] == "instance"))
        {
            foreach (var (key, value) in specification.Map("Tag", "Key", tag => tag["Value"] ?? "") ?? new Dictionary<string, string>())
                tags[key] = value;
        }
        if (template is not null)
        {
            tags["aws:ec2launchtemplate:id"] = template.Id;
            tags["aws:ec2launchtemplate:version"] = number.ToString(CultureInfo.InvariantCulture);
        }
        return tags;
    }

    private static string DigestOf(QueryParameters request)
    {
        var fields = request.Fields
            .Where(field => field.Key is not ("ClientToken" or "DryRun"))
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key}={field.Value}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', fields))));
    }
}
