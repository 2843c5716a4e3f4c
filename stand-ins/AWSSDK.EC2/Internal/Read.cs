using Amazon.EC2.Model;

namespace Amazon.EC2.Internal;

/// <summary>The structures inside the answers.</summary>
internal static class Read
{
    public static Reservation Reservation(XmlPart x) => new()
    {
        Instances = x.All("instancesSet", Instance),
        OwnerId = x.Text("ownerId"),
        ReservationId = x.Text("reservationId"),
    };

    public static InstanceStateChange InstanceStateChange(XmlPart x) => new()
    {
        CurrentState = State(x.Child("currentState")),
        InstanceId = x.Text("instanceId"),
        PreviousState = State(x.Child("previousState")),
    };

    public static Image Image(XmlPart x) => new()
    {
        Architecture = x.Text("architecture"),
        ImageId = x.Text("imageId"),
        State = x.Text("imageState"),
    };

    public static InstanceTypeInfo InstanceTypeInfo(XmlPart x) => new()
    {
        BareMetal = x.Bool("bareMetal"),
        CurrentGeneration = x.Bool("currentGeneration"),
        InstanceType = x.Text("instanceType"),
        MemoryInfo = x.Child("memoryInfo") is { } memory ? new() { SizeInMiB = memory.Long("sizeInMiB") } : null,
        ProcessorInfo = x.Child("processorInfo") is { } chip ? new() { SupportedArchitectures = chip.Texts("supportedArchitectures") } : null,
        SupportedUsageClasses = x.Texts("supportedUsageClasses"),
        VCpuInfo = x.Child("vCpuInfo") is { } cpu ? new() { DefaultCores = cpu.Int("defaultCores"), DefaultVCpus = cpu.Int("defaultVCpus") } : null,
    };

    public static LaunchTemplate LaunchTemplate(XmlPart x) => x is null ? null : new()
    {
        CreatedBy = x.Text("createdBy"),
        CreateTime = x.Time("createTime"),
        DefaultVersionNumber = x.Long("defaultVersionNumber"),
        LatestVersionNumber = x.Long("latestVersionNumber"),
        LaunchTemplateId = x.Text("launchTemplateId"),
        LaunchTemplateName = x.Text("launchTemplateName"),
    };

    public static LaunchTemplateVersion LaunchTemplateVersion(XmlPart x) => new()
    {
        CreatedBy = x.Text("createdBy"),
        CreateTime = x.Time("createTime"),
        DefaultVersion = x.Bool("defaultVersion"),
        LaunchTemplateData = x.Child("launchTemplateData") is { } data ? LaunchTemplateData(data) : null,
        LaunchTemplateId = x.Text("launchTemplateId"),
        LaunchTemplateName = x.Text("launchTemplateName"),
        VersionDescription = x.Text("versionDescription"),
        VersionNumber = x.Long("versionNumber"),
    };

    public static SpotPrice SpotPrice(XmlPart x) => new()
    {
        AvailabilityZone = x.Text("availabilityZone"),
        InstanceType = x.Text("instanceType"),
        Price = x.Text("spotPrice"),
        ProductDescription = x.Text("productDescription"),
        Timestamp = x.Time("timestamp"),
    };

    public static Subnet Subnet(XmlPart x) => new()
    {
        AvailabilityZone = x.Text("availabilityZone"),
        AvailableIpAddressCount = x.Int("availableIpAddressCount"),
        CidrBlock = x.Text("cidrBlock"),
        MapPublicIpOnLaunch = x.Bool("mapPublicIpOnLaunch"),
        State = x.Text("state"),
        SubnetId = x.Text("subnetId"),
        Tags = x.All("tagSet", Tag),
        VpcId = x.Text("vpcId"),
    };

    private static Instance Instance(XmlPart x) => new()
    {
        Architecture = x.Text("architecture"),
        ClientToken = x.Text("clientToken"),
        ImageId = x.Text("imageId"),
        InstanceId = x.Text("instanceId"),
        InstanceLifecycle = x.Text("instanceLifecycle"),
        InstanceType = x.Text("instanceType"),
        LaunchTime = x.Time("launchTime"),
        Placement = x.Child("placement") is { } placement ? new() { AvailabilityZone = placement.Text("availabilityZone") } : null,
        PrivateIpAddress = x.Text("privateIpAddress"),
        PublicIpAddress = x.Text("ipAddress"),
        State = State(x.Child("instanceState")),
        StateReason = x.Child("stateReason") is { } reason ? new() { Code = reason.Text("code"), Message = reason.Text("message") } : null,
        SubnetId = x.Text("subnetId"),
        Tags = x.All("tagSet", Tag),
    };

    private static InstanceState State(XmlPart x) => x is null ? null : new() { Code = x.Int("code"), Name = x.Text("name") };

    private static Tag Tag(XmlPart x) => new(x.Text("key"), x.Text("value"));

    private static ResponseLaunchTemplateData LaunchTemplateData(XmlPart x) => new()
    {
        ImageId = x.Text("imageId"),
        InstanceInitiatedShutdownBehavior = x.Text("instanceInitiatedShutdownBehavior"),
        InstanceType = x.Text("instanceType"),
        SecurityGroupIds = x.Texts("securityGroupIdSet"),
        UserData = x.Text("userData"),
    };
}
