using System.Globalization;
using System.Xml.Linq;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>EC2's answers, version 2016-11-15: every list is a set of "item" elements.</summary>
internal static class Ec2Xml
{
    public const string Available = "available";
    public const string VpcId = "vpc-00000000000000000";

    public static readonly IReadOnlyList<string> UsageClasses = ["on-demand", "spot"];

    private static readonly XNamespace Names = "http://ec2.amazonaws.com/doc/2016-11-15/";

    public static XElement Answer(string operation, Guid requestId, IEnumerable<XElement> content) =>
        Element($"{operation}Response", Element("requestId", requestId), content);

    /// <summary>Errors alone have no namespace.</summary>
    public static XElement Error(AwsException error, Guid requestId) => new(
        "Response",
        new XElement("Errors", new XElement("Error", new XElement("Code", error.Code), new XElement("Message", error.Message))),
        new XElement("RequestID", requestId));

    public static XElement Element(string name, params object?[] content) => new(Names + name, content);

    public static XElement Set(string name, IEnumerable<object?[]> items) => Element(name, items.Select(item => Element("item", item)));

    public static object?[] Reservation(IGrouping<string, Instance> reservation, CloudConfiguration configuration) =>
    [
        Element("reservationId", reservation.Key),
        Element("ownerId", configuration.AccountId),
        Element("groupSet"),
        Set("instancesSet", reservation.Select(instance => Instance(instance))),
    ];

    public static XElement State(string name, InstanceState state) => Element(name, Element("code", (int)state), Element("name", StateName(state)));

    public static string StateName(InstanceState state) => state switch
    {
        InstanceState.Pending => "pending",
        InstanceState.Running => "running",
        InstanceState.ShuttingDown => "shutting-down",
        InstanceState.Terminated => "terminated",
    };

    public static object?[] Template(LaunchTemplate template) =>
    [
        Element("launchTemplateId", template.Id),
        Element("launchTemplateName", template.Name),
        Element("defaultVersionNumber", template.DefaultVersion),
        Element("latestVersionNumber", template.Versions.Count),
    ];

    public static object?[] TemplateVersion(LaunchTemplate template, int number)
    {
        var version = template.Versions[number - 1];
        return
        [
            Element("launchTemplateId", template.Id),
            Element("launchTemplateName", template.Name),
            Element("versionNumber", number),
            Element("defaultVersion", number == template.DefaultVersion),
            Element(
                "launchTemplateData",
                Element("imageId", version.ImageId),
                Element("instanceType", version.InstanceType),
                Element("instanceInitiatedShutdownBehavior", "terminate"),
                version.UserData is { } data ? Element("userData", data) : null,
                version.SubnetId is { } subnet
                    ? Set("networkInterfaceSet", [[Element("deviceIndex", 0), Element("subnetId", subnet)]])
                    : null,
                version.Tags is { Count: > 0 } tags
                    ? Set("tagSpecificationSet", [[Element("resourceType", "instance"), Tags(tags)]])
                    : null),
        ];
    }

    public static object?[] Image(string id, ImageConfiguration image, CloudConfiguration configuration) =>
    [
        Element("imageId", id),
        Element("imageState", Available),
        Element("imageOwnerId", configuration.AccountId),
        Element("architecture", image.Architecture),
    ];

    public static object?[] Subnet(string id, SubnetConfiguration subnet, CloudConfiguration configuration) =>
    [
        Element("subnetId", id),
        Element("state", Available),
        Element("vpcId", VpcId),
        Element("cidrBlock", subnet.CidrBlock),
        Element("availableIpAddressCount", 251),
        Element("availabilityZone", subnet.AvailabilityZone),
        Element("mapPublicIpOnLaunch", true),
        Element("ownerId", configuration.AccountId),
    ];

    public static object?[] InstanceTypeInfo(string name, InstanceType type) =>
    [
        Element("instanceType", name),
        Element("currentGeneration", true),
        Element("supportedUsageClasses", UsageClasses.Select(usage => Element("item", usage))),
        Element("processorInfo", Element("supportedArchitectures", Element("item", type.Architecture))),
        Element("vCpuInfo", Element("defaultVCpus", type.Vcpus), Element("defaultCores", type.Vcpus), Element("defaultThreadsPerCore", 1)),
        Element("memoryInfo", Element("sizeInMiB", type.MemoryMiB)),
    ];

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static object?[] Instance(Instance instance) =>
    [
        Element("instanceId", instance.Id),
        Element("imageId", instance.Plan.ImageId),
        State("instanceState", instance.State),
        Element("amiLaunchIndex", instance.LaunchIndex),
        Element("instanceType", instance.Plan.InstanceType),
        Element("launchTime", Time(instance.Launched)),
        Element("placement", Element("availabilityZone", instance.Plan.Zone), Element("tenancy", "default")),
        instance.Plan.SubnetId is { } subnet ? new[] { Element("subnetId", subnet), Element("vpcId", VpcId) } : null,
        instance.Reason is { } why ? Element("stateReason", Element("code", why.Code), Element("message", $"{why.Code}: {why.Text}")) : null,
        instance.Plan.Market == "spot" ? Element("instanceLifecycle", "spot") : null,
        Element("architecture", InstanceTypes.All[instance.Plan.InstanceType].Architecture),
        instance.Plan.ClientToken is { } token ? Element("clientToken", token) : null,
        Tags(instance.Tags),
    ];

    private static XElement Tags(IReadOnlyDictionary<string, string> tags) =>
        Set("tagSet", tags.Select(tag => new object?[] { Element("key", tag.Key), Element("value", tag.Value) }));
}
