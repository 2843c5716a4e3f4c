using System.Text.Json;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.LocalCloud.Configuration;

/// <summary>The whole of one machine's cloud, as its configuration file says it (docs/local.md).</summary>
public sealed record CloudConfiguration
{
    public required string Region { get; init; }

    /// <summary>Twelve digits; appears in ARNs and queue URLs.</summary>
    public string AccountId { get; init; } = "000000000000";

    /// <summary>On 127.0.0.1, also inside the namespaces of the images. 0 takes a free one.</summary>
    public int Port { get; init; }

    public required StoreConfiguration Store { get; init; }

    /// <summary>Output of functions ("function-NAME.log") and instances ("instance-ID.log").</summary>
    public required string LogFolder { get; init; }

    /// <summary>How long a function or an instance may take to end after SIGTERM.</summary>
    public double StopGraceSeconds { get; init; } = 10;

    public IReadOnlyList<QueueConfiguration> Queues { get; init; } = [];

    public IReadOnlyList<FunctionConfiguration> Functions { get; init; } = [];

    public IReadOnlyDictionary<string, ImageConfiguration> Images { get; init; } = new Dictionary<string, ImageConfiguration>();

    public IReadOnlyDictionary<string, LaunchTemplateConfiguration> LaunchTemplates { get; init; } =
        new Dictionary<string, LaunchTemplateConfiguration>();

    public IReadOnlyDictionary<string, SubnetConfiguration> Subnets { get; init; } = new Dictionary<string, SubnetConfiguration>();

    public Ec2Configuration Ec2 { get; init; } = new();

    public IReadOnlyList<TimerConfiguration> Timers { get; init; } = [];

    public ObjectStoreConfiguration? ObjectStore { get; init; }

    /// <summary>None by default.</summary>
    public FaultConfiguration Faults { get; init; } = new();
}

/// <summary>Where queues and messages are kept: in a database that exists, or in a private cluster below a folder.</summary>
public sealed record StoreConfiguration
{
    public string? ConnectionString { get; init; }

    public string? Folder { get; init; }

    /// <summary>Of the private cluster only: false leaves writing to the kernel.</summary>
    public bool Durable { get; init; } = true;
}

/// <param name="Attributes">As CreateQueue takes them, RedrivePolicy included.</param>
public sealed record QueueConfiguration(string Name, IReadOnlyDictionary<string, string>? Attributes = null);

/// <summary>A programme that LocalCloud starts.</summary>
public abstract record ProgramConfiguration
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>User and group number; null runs it as LocalCloud's own user, with all of that user's rights.</summary>
    public int? UserId { get; init; }
}

public sealed record FunctionConfiguration : ProgramConfiguration
{
    public required string Name { get; init; }

    /// <summary>The most processes at once.</summary>
    public int Concurrency { get; init; } = 10;

    public double TimeoutSeconds { get; init; } = 3;

    /// <summary>Told to the function, not enforced.</summary>
    public int MemoryMiB { get; init; } = 512;

    public IReadOnlyList<EventSourceConfiguration> EventSources { get; init; } = [];
}

public sealed record EventSourceConfiguration
{
    public required string Queue { get; init; }

    public int BatchSize { get; init; } = 10;

    public double BatchingWindowSeconds { get; init; }

    public bool ReportBatchItemFailures { get; init; }
}

/// <summary>What an instance of this image runs.</summary>
public sealed record ImageConfiguration : ProgramConfiguration
{
    /// <summary>arm64 or x86_64. Told, and held against the instance type; the process gets what the machine has.</summary>
    public string Architecture { get; init; } = "arm64";

    /// <summary>Without "CAP_", lower case; they need a user of the image's own.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Must exist below /run/netns.</summary>
    public string? NetworkNamespace { get; init; }
}

/// <param name="Versions">The first is version 1.</param>
public sealed record LaunchTemplateConfiguration(IReadOnlyList<TemplateVersionConfiguration> Versions, int DefaultVersion = 1);

/// <param name="SubnetId">Of the template's network interface: a launch may then name no other.</param>
/// <param name="UserData">In base64.</param>
public sealed record TemplateVersionConfiguration(
    string ImageId, string InstanceType, string? SubnetId = null, IReadOnlyDictionary<string, string>? Tags = null, string? UserData = null);

public sealed record SubnetConfiguration(string AvailabilityZone, string CidrBlock = "10.0.0.0/24");

/// <param name="Body">A JSON value is sent as its text, a JSON string as it is.</param>
public sealed record TimerConfiguration(double IntervalSeconds, string Queue, JsonElement Body);

/// <param name="Buckets">Made at the start if absent.</param>
public sealed record ObjectStoreConfiguration(string Folder, IReadOnlyList<string>? Buckets = null);
