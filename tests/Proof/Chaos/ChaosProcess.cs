using TaskMesh.Testing;

namespace TaskMesh.Proof.Chaos;

/// <summary>One of the mesh's processes.</summary>
/// <param name="Worker">What the database calls it; null for a Manager.</param>
internal sealed record ChaosProcess(int Id, string Role, string? Worker)
{
    private const string MetadataVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT=";

    /// <summary>Those that run now, below this process.</summary>
    public static IReadOnlyList<ChaosProcess> All() =>
        [.. Processes.Below(Environment.ProcessId).Order().Select(Of).OfType<ChaosProcess>()];

    public TimeSpan Age => Processes.Age(Id);

    public void Signal(string signal) => Processes.Signal(signal, Id);

    private static ChaosProcess? Of(int process) => Processes.Command(process) is [.., ChaosHost.Verb, var role] && Processes.IsAlive(process)
        ? new ChaosProcess(process, role, role switch
        {
            ChaosHost.Internal => $"internal/{Environment.MachineName}/{process}",
            ChaosHost.Worker => InstanceOf(process),
            _ => null,
        })
        : null;

    private static string? InstanceOf(int process) =>
        Processes.Environment(process).FirstOrDefault(variable => variable.StartsWith(MetadataVariable, StringComparison.Ordinal))?.Split('/')[^1];
}
