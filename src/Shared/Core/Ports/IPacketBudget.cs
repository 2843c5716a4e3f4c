using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Ports;

/// <summary>
/// How fast one scan may send, so that all scans of all workers together keep to what a network of targets and an organisation may get and send.
/// </summary>
public interface IPacketBudget
{
    /// <summary>A grant lasts so long from the moment it was asked for; without another, nothing may leave.</summary>
    static TimeSpan LeaseTime { get; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks for the scan's share; asked again before it ends. What was held goes on counting until the scan says that it holds less.
    /// </summary>
    /// <returns><see cref="PacketGrant.None"/> also when the attempt does not run any more.</returns>
    Task<PacketGrant> AskAsync(PacketDemand demand, CancellationToken cancellation);

    /// <summary>The scan sends nothing more.</summary>
    Task ReleaseAsync(CancellationToken cancellation);
}

/// <param name="Networks">Where the packets go.</param>
/// <param name="Wanted">Packets per second, and no more than these to any one network.</param>
/// <param name="Held">What the scan may send at this moment.</param>
public sealed record PacketDemand(IReadOnlyList<NetworkRange> Networks, double Wanted, PacketGrant Held);

/// <summary>Packets per second.</summary>
public readonly record struct PacketGrant(double PerNetwork, double Total)
{
    public static PacketGrant None => default;

    public static PacketGrant Unlimited => new(double.PositiveInfinity, double.PositiveInfinity);

    public bool IsNone => PerNetwork <= 0 || Total <= 0;
}
