using System.Net.NetworkInformation;
using System.Net.Sockets;
using SharpPcap;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Chooses and opens the wire on which targets are reached.</summary>
public static class WireOpening
{
    /// <param name="source">What to send from, or null for the address that the kernel would take.</param>
    /// <param name="probeFrom">Makes the probe, once its source address is known.</param>
    /// <exception cref="IOException">The targets cannot be scanned from here; the message says why in one sentence.</exception>
    public static OpenWire Open(AddressSet targets, Address? source, Func<Address, IProbe> probeFrom, TimeProvider clock)
    {
        if (RawSocketPrivilege.Problem() is { } missing)
            throw new IOException(missing);
        if (targets.Any(range => range.First.IsV6))
            throw new IOException("IPv6 targets cannot be scanned.");
        var hop = NextHop.Of(targets);
        var interfaceName = KernelNetwork.LinkOf(hop.InterfaceIndex).Name;
        var probe = probeFrom(source ?? hop.Source);
        try
        {
            var neighbour = hop.Neighbour is { } address ? HardwareAddressOf(address, hop, interfaceName, clock) : null;
            var capture = new LinkCapture(interfaceName, probe.CaptureFilter);
            try
            {
                ITransmit transmit = neighbour is null
                    ? new IPTransmit(probe.Template.Length)
                    : new PcapTransmit(capture, neighbour, probe.Template.Length);
                return new(new KernelWire(capture, transmit, hop.InterfaceIndex), probe, hop.Exceptions);
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

    private static PhysicalAddress HardwareAddressOf(Address neighbour, NextHop hop, string interfaceName, TimeProvider clock) =>
        KernelNetwork.Neighbour(hop.InterfaceIndex, neighbour)
        ?? ArpQuestion.Ask(interfaceName, neighbour, hop.Source, clock)
        ?? throw new IOException($"The next hop {neighbour} does not answer on {interfaceName}.");
}

/// <param name="Unreachable">Targets that this wire cannot ask.</param>
public sealed record OpenWire(IWire Wire, IProbe Probe, AddressSet Unreachable);
