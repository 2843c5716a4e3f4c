using TaskMesh.Core.Fleet;

namespace TaskMesh.Core.Ports;

/// <summary>The machines that bare-metal workers live on.</summary>
public interface IComputeFleet
{
    /// <summary>Asks for one instance. Repeating a request with the same token never makes a second one.</summary>
    Task<LaunchAnswer> LaunchAsync(LaunchRequest request, CancellationToken cancellation);

    /// <summary>Every instance with this tag, all pages; also those that were terminated lately.</summary>
    Task<IReadOnlyList<FleetInstance>> ListAsync(string tag, string value, CancellationToken cancellation);

    Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation);

    /// <summary>The end of what an instance has written to its console; null if there is nothing, or nobody knows.</summary>
    Task<string?> ConsoleAsync(string instanceId, CancellationToken cancellation);
}
