using System.Net.NetworkInformation;
using System.Net.Sockets;
using SharpPcap;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Finds the way to targets, and opens a wire on it.</summary>
public static class WireOpening
{
    /// <summary>How targets are reached. Asks the kernel only, or the recording that takes its place: no packet leaves.</summary>
    /// <exception cref="IOException">The targets cannot be scanned from here; the message says why in one sentence.</exception>
    public static WayOut Find(AddressSet targets, ScanSettings settings)
    {
        if (settings.Replay is not null)
            return ReplayWire.Way(targets, settings.SourceAddress);
        if (RawSocketPrivilege.Problem() is { } missing)
            throw new IOException(missing);
        if (settings.Interface is { } wanted && !KernelNetwork.Has(wanted))
            throw new IOException($"There is no interface {wanted}.");
        var problem = "";
        var v4 = NextHop.Of(Family(targets, isV6: false), ref problem);
        var v6 = NextHop.Of(Family(targets, isV6: true), ref problem);
        if (v4 is null && v6 is null)
            throw new IOException(problem);
        NextHop.ThrowIfApart(new[] { v4, v6 }.OfType<NextHop>());
        var unreachable = targets.Except((v4?.Targets ?? AddressSet.Empty).Union(v6?.Targets ?? AddressSet.Empty));
        var way = new WayOut(v4, v6, settings.SourceAddress ?? v4?.Source, v6?.Source, unreachable);
        return settings.Interface is { } only && KernelNetwork.LinkOf(way.InterfaceIndex).Name is var found && found != only
            ? throw new IOException($"The targets are reached by {found}, not by {only}.")
            : way;
    }

    /// <summary>As below, with a recording where the settings want one, or a recording in the place of the network.</summary>
    /// <exception cref="IOException">As above.</exception>
    public static IWire Open(WayOut way, ScanSettings settings, string? name, int packetsPerSecond, WireNeeds needs, TimeProvider clock)
    {
        if (settings.Replay is { } file)
            return new ReplayWire(file, needs);
        var wire = Open(way, name, packetsPerSecond, needs, clock);
        return settings.Record is { } record ? new RecordingWire(wire, record, clock) : wire;
    }

    /// <summary>Opens the way for packets; on the link it may ask for the neighbour that takes them.</summary>
    /// <param name="name">pcap, packet or xdp, or null for what suits the rate.</param>
    /// <exception cref="IOException">As above.</exception>
    public static IWire Open(WayOut way, string? name, int packetsPerSecond, WireNeeds needs, TimeProvider clock)
    {
        var interfaceName = KernelNetwork.LinkOf(way.InterfaceIndex).Name;
        try
        {
            var hasNeighbours = way.V4 is not { Neighbour: null } && way.V6 is not { Neighbour: null };
            var neighbourV4 = hasNeighbours ? HardwareAddressOf(way.V4, interfaceName, clock) : null;
            var neighbourV6 = hasNeighbours ? HardwareAddressOf(way.V6, interfaceName, clock) : null;
            var capture = new LinkCapture(interfaceName, needs.CaptureFilter, needs.CaptureLength);
            try
            {
                var header = new EthernetHeader(capture.HardwareAddress, neighbourV4, neighbourV6);
                var transmit = hasNeighbours
                    ? Transmit(name, packetsPerSecond, way.InterfaceIndex, capture, header, needs.LargestPacket)
                    : name is null ? new IPTransmit(needs.LargestPacket)
                    : throw new IOException($"The wire '{name}' needs one next hop for all targets, and these have none in common.");
                return new KernelWire(capture, transmit, way.InterfaceIndex);
            }
            catch
            {
                capture.Dispose();
                throw;
            }
        }
        catch (Exception problem) when (problem is PcapException or SocketException or DllNotFoundException)
        {
            throw new IOException(problem.Message, problem);
        }
    }

    private static ITransmit Transmit(
        string? name, int packetsPerSecond, int interfaceIndex, LinkCapture capture, EthernetHeader header, int largestPacket)
    {
        switch (name ?? WireNames.ForRate(packetsPerSecond))
        {
            case WireNames.Pcap:
                return new PcapTransmit(capture, header, largestPacket);
            case WireNames.Packet:
                return new PacketTransmit(interfaceIndex, header, largestPacket);
            default:
                try
                {
                    return new XdpTransmit(interfaceIndex, header, largestPacket, WireNames.ThreadsForRate(packetsPerSecond));
                }
                catch (IOException) when (name is null)
                {
                    // Nobody asked for it, and the result names what was taken instead.
                    return new PacketTransmit(interfaceIndex, header, largestPacket);
                }
        }
    }

    private static AddressSet Family(AddressSet targets, bool isV6) => new(targets.Where(range => range.First.IsV6 == isV6));

    private static PhysicalAddress? HardwareAddressOf(NextHop? hop, string interfaceName, TimeProvider clock) => hop is null
        ? null
        : KernelNetwork.Neighbour(hop.InterfaceIndex, hop.Neighbour!.Value)
            ?? NeighbourQuestion.Ask(interfaceName, hop.Neighbour.Value, hop.Source, clock)
            ?? throw new IOException($"The next hop {hop.Neighbour} does not answer on {interfaceName}.");
}

/// <summary>How targets are reached.</summary>
/// <param name="V4">Null where no target of this family is reached.</param>
/// <param name="SourceV4">What packets are sent from.</param>
/// <param name="Unreachable">Targets that cannot be asked this way.</param>
public sealed record WayOut(NextHop? V4, NextHop? V6, Address? SourceV4, Address? SourceV6, AddressSet Unreachable)
{
    public int InterfaceIndex => (V4 ?? V6)!.InterfaceIndex;
}

/// <summary>What a probe wants of its wire.</summary>
public sealed record WireNeeds(string CaptureFilter, int CaptureLength, int LargestPacket);
