namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>A question to one port and the way to read its answer. Packets begin at their IP header; the wire adds what the link needs.</summary>
public interface IProbe
{
    /// <summary>Lets through what <see cref="Judge"/> can read, and little else: an expression of pcap-filter(7).</summary>
    string CaptureFilter { get; }

    /// <summary>The packet with everything in it that is the same for all targets.</summary>
    ReadOnlySpan<byte> Template { get; }

    /// <summary>Turns a copy of the template, aimed at any target before, into the probe of this one.</summary>
    void Aim(Span<byte> packet, in ProbeTarget target);

    /// <summary>Reads a packet from anyone. Only an answer that carries the probe's cookie names a target.</summary>
    Verdict Judge(ReadOnlySpan<byte> packet, out ProbeTarget target);
}
