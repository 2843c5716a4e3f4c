using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Workflow;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.Cli.Rehearsing;

/// <summary>What a rehearsal plays, as its file says it (docs/local.md).</summary>
internal sealed record Scenario
{
    private static readonly string[] Settings = ["MAX_BARE_METAL_WORKERS", "BARE_METAL_WORKER_SUBNETS"];

    /// <summary>For editors.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Draws every fault that has a share.</summary>
    public int Seed { get; init; }

    /// <summary>How long it may take.</summary>
    public string Limit { get; init; } = "2m";

    /// <summary>Environment of the Manager: cap, types, subnets, prices (docs/operations.md).</summary>
    public IReadOnlyDictionary<string, string> Manager { get; init; } = new Dictionary<string, string>();

    public Ec2Configuration Ec2 { get; init; } = new();

    public QueueFaultConfiguration Queues { get; init; } = new();

    /// <summary>Collections and tasks as files hold them, submitted in this order.</summary>
    public required IReadOnlyList<JsonElement> Work { get; init; }

    public IReadOnlyList<Happening> Events { get; init; } = [];

    internal static JsonSerializerOptions Json { get; } = new(ConfigurationReader.Json)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    internal TimeSpan Patience => Duration.TryParse(Limit, out var limit) ? limit : TimeSpan.Zero;

    /// <exception cref="CliException">It cannot be used; the message holds every fault.</exception>
    public static Scenario Read(JsonText file)
    {
        var scenario = file.As(json => JsonSerializer.Deserialize<Scenario>(json, Json))
            ?? throw new CliException(ExitCode.Usage, $"{file.Place}: holds no scenario");
        return scenario.Problems().ToArray() is { Length: > 0 } problems
            ? throw new CliException(ExitCode.Usage, string.Join(Environment.NewLine, problems.Select(problem => $"{file.Place}: {problem}")))
            : scenario;
    }

    private IEnumerable<string> Problems()
    {
        if (Patience < TimeSpan.FromSeconds(1) || Patience > TimeSpan.FromHours(1))
            yield return $"limit: '{Limit}' is not a duration from 1s to 1h";
        if (Work.Count == 0)
            yield return "work: there is nothing to rehearse with";
        // What points to other clouds or databases is not the scenario's.
        foreach (var name in Manager.Keys.Where(name => !Settings.Contains(name) && !name.StartsWith("TASKMESH_", StringComparison.Ordinal)))
            yield return $"manager: '{name}' is no setting of the Manager (docs/operations.md)";
        var cloud = new CloudConfiguration
        {
            Region = "local",
            Store = new StoreConfiguration { Folder = "/store" },
            LogFolder = "/logs",
            Ec2 = Ec2,
            Faults = new FaultConfiguration { Seed = Seed, Queues = Queues },
        };
        foreach (var problem in ConfigurationReader.Problems(cloud))
            yield return problem;
    }
}

/// <summary>Something befalls the worker on which a task runs, as soon as it does; events come one after the other.</summary>
/// <param name="Task">By name.</param>
internal sealed record Happening(string Task, Befalls Do);

/// <summary>What LocalCloud lets befall an instance (docs/local.md).</summary>
internal enum Befalls
{
    SpotNotice,
    Rebalance,
    Pause,
    Resume,
    Kill,
}
