using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.Cli.Local;

/// <summary>How a mesh on this machine is to be.</summary>
/// <param name="Folder">Databases, logs and objects.</param>
public sealed record LocalMeshOptions(string Folder)
{
    /// <summary>False trusts the kernel to write later: for meshes that live for minutes.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Where bare-metal workers run; null is this machine's own network.</summary>
    public string? ScannerNamespace { get; init; }

    public TimeSpan WorkerIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the Manager looks after time: timeouts, the fleet, what was left behind.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Base addresses of public services that differ from the real ones, by name.</summary>
    public IReadOnlyDictionary<string, Uri> Providers { get; init; } = new Dictionary<string, Uri>();

    /// <summary>Of the Manager, besides what it always has.</summary>
    public IReadOnlyDictionary<string, string> ManagerEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Of External, besides what it always has.</summary>
    public IReadOnlyDictionary<string, string> ExternalEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>How many Managers work at once.</summary>
    public int Managers { get; init; } = 4;

    public Ec2Configuration Ec2 { get; init; } = new();

    public FaultConfiguration Faults { get; init; } = new();

    public string LogFolder => Path.Combine(Folder, "logs");

    public string ManagerLog => Path.Combine(LogFolder, "function-manager.log");

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }
}
