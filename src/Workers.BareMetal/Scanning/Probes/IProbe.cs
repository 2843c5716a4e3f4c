namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// What a scan asks and how it reads the answers. The questions are numbered; which number asks what is the probe's own affair, but the same
/// number must always ask the same. Packets begin at their IP header; the wire adds what the link needs.
/// </summary>
/// <remarks>
/// Three threads call, each its own methods: the sender <see cref="Aim"/>, the receiver <see cref="Judge"/> and <see cref="Tick"/>, the status
/// thread <see cref="TryReport"/>. None of them may block, and the first two may not allocate for every packet.
/// </remarks>
public interface IProbe<TFinding>
{
    /// <summary>Lets through what <see cref="Judge"/> can read, and little else: an expression of pcap-filter(7).</summary>
    string CaptureFilter { get; }

    /// <summary>The longest packet that is ever sent, from its IP header on.</summary>
    int LargestPacket { get; }

    /// <summary>How much of each frame that comes in is to be read.</summary>
    int CaptureLength { get; }

    /// <summary>More questions are open than the probe can hold: no new ones for now. Retries and answers go on.</summary>
    bool IsBusy => false;

    /// <summary>
    /// Whether a question that is answered by <see cref="Verdict.Pending"/> is not asked again nor given up from then on: the probe talks to its
    /// target and settles it itself, at the latest in <see cref="Tick"/>.
    /// </summary>
    bool Converses => false;

    /// <summary>Nobody is there who could answer: silence says nothing now, so no question is given up.</summary>
    bool IsBlind => false;

    /// <summary>Why asking on makes no sense, in one sentence, or null. The scan fails then.</summary>
    string? Problem => null;

    /// <summary>
    /// Writes the packet that asks a question, every byte of it, and returns its length; 0 for a question that the scope does not allow, whoever
    /// would be asked.
    /// </summary>
    /// <param name="attempt">0 for the first time.</param>
    int Aim(ulong index, int attempt, Span<byte> packet);

    /// <summary>
    /// Reads a packet from anyone. Only an answer that carries the probe's cookie names a question; what it asks to be sent goes into the outbox.
    /// </summary>
    Verdict Judge(ReadOnlySpan<byte> packet, PacketOutbox outbox, out ulong index);

    /// <summary>Called every 10 ms or so, for what must happen although nothing comes in.</summary>
    void Tick(PacketOutbox outbox, Action<ulong, Verdict> settle)
    {
    }

    /// <summary>
    /// What is to be kept of a question that has ended; asked once of each that got an answer, after the last moment in which another might come.
    /// </summary>
    bool TryReport(ulong index, Verdict verdict, out TFinding finding);
}
