using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Lab;

/// <summary>
/// What the lab answers: a pure function of seed, address and port, so that a scan can be judged without asking the responder what it did.
/// </summary>
/// <param name="Open">Ports of 1,024 that answer SYN-ACK.</param>
/// <param name="Silent">Ports of 1,024 that answer nothing; the rest answers RST.</param>
/// <param name="Forges">Silent ports answer SYN-ACK to a request that was never made, which a scanner must not believe.</param>
public sealed record LabTruth(ulong Seed, int Open = 32, int Silent = 256, bool Forges = false)
{
    private const int Share = 1024;

    public PortState At(Address address, ushort port)
    {
        var place = Mix(Mix(Mix(Seed) ^ (ulong)address.Bits) ^ port) % Share;
        return place < (ulong)Open ? PortState.Open
            : place < (ulong)(Open + Silent) ? PortState.NoAnswer
            : PortState.Closed;
    }

    /// <summary>The truth about every port of every address, in ascending order.</summary>
    public IEnumerable<PortFinding> Of(AddressSet targets, PortSet ports)
    {
        foreach (var range in targets)
        {
            for (UInt128 place = 0; place < range.Count; place++)
            {
                var address = range.First.Plus(place);
                foreach (var port in ports.Ports.ToArray())
                    yield return new(address, port, At(address, port));
            }
        }
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
