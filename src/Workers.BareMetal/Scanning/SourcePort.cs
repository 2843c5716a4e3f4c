using System.Net.Sockets;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>
/// The port that a scan sends from, above those that Linux gives to connections (ip_local_port_range). Where the source address is the kernel's
/// own, the kernel is kept from answering what comes back to it.
/// </summary>
public sealed class SourcePort : IDisposable
{
    private const ushort First = 61000;

    /// <summary>Other scans of this machine may hold some.</summary>
    private const int MostTries = 64;

    private readonly IReadOnlyList<PortGuard> _guards;

    private SourcePort(ushort number, IReadOnlyList<PortGuard> guards, bool isKernelKeptOut, string resets)
    {
        Number = number;
        _guards = guards;
        IsKernelKeptOut = isKernelKeptOut;
        Resets = resets;
    }

    public ushort Number { get; }

    /// <summary>Whether what comes to this port is answered by us alone.</summary>
    public bool IsKernelKeptOut { get; }

    /// <summary>Who resets connections that were opened half, in one sentence.</summary>
    public string Resets { get; }

    /// <param name="isHeld">False leaves the port alone: nothing will be sent.</param>
    public static SourcePort Take(WayOut way, ulong seed, ProtocolType protocol, bool isHeld)
    {
        var start = SeededKey.Derive("source port", seed).First;
        if (!isHeld)
            return new(NumberOf(start, 0), [], isKernelKeptOut: false, "none: nothing was sent");
        Address[] own = [.. new[] { way.SourceV4, way.SourceV6 }.OfType<Address>().Where(KernelNetwork.IsOwn)];
        if (own.Length == 0)
            return new(NumberOf(start, 0), [], isKernelKeptOut: true, "sent by the scan: the source address is not the kernel's");
        var guards = new List<PortGuard>();
        try
        {
            for (var attempt = 0; attempt < MostTries; attempt++)
            {
                var number = NumberOf(start, attempt);
                guards.AddRange(own.Select(address => PortGuard.TryTake(address, number, protocol)).OfType<PortGuard>());
                if (guards.Count == own.Length)
                    return new(number, guards, isKernelKeptOut: true, "sent by the scan: it holds the source port");
                guards.ForEach(guard => guard.Dispose());
                guards.Clear();
            }
            return new(NumberOf(start, 0), [], isKernelKeptOut: false, $"left to the kernel: {MostTries} source ports are in use");
        }
        catch (IOException problem)
        {
            guards.ForEach(guard => guard.Dispose());
            return new(NumberOf(start, 0), [], isKernelKeptOut: false, $"left to the kernel: {problem.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var guard in _guards)
            guard.Dispose();
    }

    private static ushort NumberOf(ulong start, int attempt) => (ushort)(First + ((start + (ulong)attempt) % (ushort.MaxValue - First)));
}
