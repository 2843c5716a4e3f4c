using System.Net.Sockets;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>
/// The port that a scan sends from, or the first of several, above those that Linux gives to connections (ip_local_port_range). Where the source
/// address is the kernel's own, the kernel is kept from answering what comes back to it.
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
    /// <param name="count">How many ports side by side are wanted.</param>
    public static SourcePort Take(WayOut way, ulong seed, ProtocolType protocol, bool isHeld, int count = 1)
    {
        var start = SeededKey.Derive("source port", seed).First;
        var first = NumberOf(start, 0, count);
        if (!isHeld)
            return new(first, [], isKernelKeptOut: false, "none: nothing was sent");
        Address[] own = [.. new[] { way.SourceV4, way.SourceV6 }.OfType<Address>().Where(KernelNetwork.IsOwn)];
        if (own.Length == 0)
            return new(first, [], isKernelKeptOut: true, "sent by the scan: the source address is not the kernel's");
        var guards = new List<PortGuard>();
        try
        {
            for (var attempt = 0; attempt < MostTries; attempt++)
            {
                var number = NumberOf(start, attempt, count);
                var wanted =
                    from address in own
                    from place in Enumerable.Range(0, count)
                    select PortGuard.TryTake(address, (ushort)(number + place), protocol);
                guards.AddRange(wanted.TakeWhile(guard => guard is not null).OfType<PortGuard>());
                if (guards.Count == own.Length * count)
                    return new(number, guards, isKernelKeptOut: true, "sent by the scan: it holds the source port");
                guards.ForEach(guard => guard.Dispose());
                guards.Clear();
            }
            return new(first, [], isKernelKeptOut: false, $"left to the kernel: {MostTries} source ports are in use");
        }
        catch (IOException problem)
        {
            guards.ForEach(guard => guard.Dispose());
            return new(first, [], isKernelKeptOut: false, $"left to the kernel: {problem.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var guard in _guards)
            guard.Dispose();
    }

    private static ushort NumberOf(ulong start, int attempt, int count) =>
        (ushort)(First + ((start + ((ulong)attempt * (ulong)count)) % (ulong)(ushort.MaxValue - First - count + 1)));
}
