using System.Runtime.CompilerServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// A number that only the target of a probe can know. It goes out in the probe and must come back in the answer, so the scanner
/// needs no memory of what it sent, and nobody who did not see the probe can answer it.
/// </summary>
public sealed class ProbeCookie
{
    private readonly ulong _key0;
    private readonly ulong _key1;

    public ProbeCookie(ulong seed) => (_key0, _key1) = SeededKey.Derive("cookie", seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Of(in ProbeTarget target, ushort sourcePort) => (uint)Wide(target, sourcePort);

    /// <summary>All 64 bits, for probes that hide more than a sequence number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Wide(in ProbeTarget target, ushort sourcePort)
    {
        var hash = new SipHash(_key0, _key1);
        var bits = target.Address.Bits;
        var words = 1;
        if (target.Address.IsV6)
        {
            hash.Add((ulong)(bits >> 64));
            words = 2;
        }
        hash.Add((ulong)bits);
        return hash.Finish(((ulong)sourcePort << 16) | target.Port, (words * sizeof(ulong)) + sizeof(uint));
    }
}
