using TaskMesh.Core.Fleet;

namespace TaskMesh.Core.Ports;

/// <summary>The machines that bare-metal workers live on.</summary>
public interface IComputeFleet
{
    /// <summary>Asks for one instance. Repeating a request with the same token never makes a second one.</summary>
    Task<LaunchAnswer> LaunchAsync(LaunchRequest request, CancellationToken cancellation);

    /// <summary>Every instance with this tag that is not terminated, all pages.</summary>
    Task<IReadOnlyList<FleetInstance>> ListAsync(string tag, string value, CancellationToken cancellation);

    Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation);
}
