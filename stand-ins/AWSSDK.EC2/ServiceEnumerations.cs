using Amazon.Runtime;

namespace Amazon.EC2;

/// <summary>Processor architectures.</summary>
public class ArchitectureValues(string value) : ConstantClass(value)
{
    public static readonly ArchitectureValues Arm64 = new("arm64");
    public static readonly ArchitectureValues I386 = new("i386");
    public static readonly ArchitectureValues X86_64 = new("x86_64");

    public static ArchitectureValues FindValue(string value) => FindValue<ArchitectureValues>(value);

    public static implicit operator ArchitectureValues(string value) => FindValue(value);
}

/// <summary>Whether an image can be used.</summary>
public class ImageState(string value) : ConstantClass(value)
{
    public static readonly ImageState Available = new("available");
    public static readonly ImageState Deregistered = new("deregistered");
    public static readonly ImageState Disabled = new("disabled");
    public static readonly ImageState Error = new("error");
    public static readonly ImageState Failed = new("failed");
    public static readonly ImageState Invalid = new("invalid");
    public static readonly ImageState Pending = new("pending");
    public static readonly ImageState Transient = new("transient");

    public static ImageState FindValue(string value) => FindValue<ImageState>(value);

    public static implicit operator ImageState(string value) => FindValue(value);
}

/// <summary>What happens to a spot instance that EC2 takes back.</summary>
public class InstanceInterruptionBehavior(string value) : ConstantClass(value)
{
    public static readonly InstanceInterruptionBehavior Hibernate = new("hibernate");
    public static readonly InstanceInterruptionBehavior Stop = new("stop");
    public static readonly InstanceInterruptionBehavior Terminate = new("terminate");

    public static InstanceInterruptionBehavior FindValue(string value) => FindValue<InstanceInterruptionBehavior>(value);

    public static implicit operator InstanceInterruptionBehavior(string value) => FindValue(value);
}

/// <summary>Only of instances that are not on-demand.</summary>
public class InstanceLifecycleType(string value) : ConstantClass(value)
{
    public static readonly InstanceLifecycleType Scheduled = new("scheduled");
    public static readonly InstanceLifecycleType Spot = new("spot");

    public static InstanceLifecycleType FindValue(string value) => FindValue<InstanceLifecycleType>(value);

    public static implicit operator InstanceLifecycleType(string value) => FindValue(value);
}

/// <summary>Where an instance is in its life.</summary>
public class InstanceStateName(string value) : ConstantClass(value)
{
    public static readonly InstanceStateName Pending = new("pending");
    public static readonly InstanceStateName Running = new("running");
    public static readonly InstanceStateName ShuttingDown = new("shutting-down");
    public static readonly InstanceStateName Stopped = new("stopped");
    public static readonly InstanceStateName Stopping = new("stopping");
    public static readonly InstanceStateName Terminated = new("terminated");

    public static InstanceStateName FindValue(string value) => FindValue<InstanceStateName>(value);

    public static implicit operator InstanceStateName(string value) => FindValue(value);
}

/// <summary>Instance types: any name is a value, a few have a constant.</summary>
public class InstanceType(string value) : ConstantClass(value)
{
    public static readonly InstanceType C7gMedium = new("c7g.medium");
    public static readonly InstanceType T4gMicro = new("t4g.micro");
    public static readonly InstanceType T4gSmall = new("t4g.small");

    public static InstanceType FindValue(string value) => FindValue<InstanceType>(value);

    public static implicit operator InstanceType(string value) => FindValue(value);
}

/// <summary>How an instance is bought.</summary>
public class MarketType(string value) : ConstantClass(value)
{
    public static readonly MarketType CapacityBlock = new("capacity-block");
    public static readonly MarketType Spot = new("spot");

    public static MarketType FindValue(string value) => FindValue<MarketType>(value);

    public static implicit operator MarketType(string value) => FindValue(value);
}

/// <summary>Kinds of resources that tags are for.</summary>
public class ResourceType(string value) : ConstantClass(value)
{
    public static readonly ResourceType Instance = new("instance");
    public static readonly ResourceType LaunchTemplate = new("launch-template");
    public static readonly ResourceType NetworkInterface = new("network-interface");
    public static readonly ResourceType SpotInstancesRequest = new("spot-instances-request");
    public static readonly ResourceType Volume = new("volume");

    public static ResourceType FindValue(string value) => FindValue<ResourceType>(value);

    public static implicit operator ResourceType(string value) => FindValue(value);
}

/// <summary>Operating systems in price lists.</summary>
public class RIProductDescription(string value) : ConstantClass(value)
{
    public static readonly RIProductDescription LinuxUNIX = new("Linux/UNIX");
    public static readonly RIProductDescription Windows = new("Windows");

    public static RIProductDescription FindValue(string value) => FindValue<RIProductDescription>(value);

    public static implicit operator RIProductDescription(string value) => FindValue(value);
}

/// <summary>What happens to an instance that powers itself off.</summary>
public class ShutdownBehavior(string value) : ConstantClass(value)
{
    public static readonly ShutdownBehavior Stop = new("stop");
    public static readonly ShutdownBehavior Terminate = new("terminate");

    public static ShutdownBehavior FindValue(string value) => FindValue<ShutdownBehavior>(value);

    public static implicit operator ShutdownBehavior(string value) => FindValue(value);
}

/// <summary>Whether a spot request is renewed.</summary>
public class SpotInstanceType(string value) : ConstantClass(value)
{
    public static readonly SpotInstanceType OneTime = new("one-time");
    public static readonly SpotInstanceType Persistent = new("persistent");

    public static SpotInstanceType FindValue(string value) => FindValue<SpotInstanceType>(value);

    public static implicit operator SpotInstanceType(string value) => FindValue(value);
}

/// <summary>Whether a subnet can be used.</summary>
public class SubnetState(string value) : ConstantClass(value)
{
    public static readonly SubnetState Available = new("available");
    public static readonly SubnetState Pending = new("pending");

    public static SubnetState FindValue(string value) => FindValue<SubnetState>(value);

    public static implicit operator SubnetState(string value) => FindValue(value);
}
