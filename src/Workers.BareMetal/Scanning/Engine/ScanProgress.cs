namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>How far a scan is, about once a second.</summary>
/// <param name="First">The question that this attempt began with.</param>
/// <param name="End">The one behind its last.</param>
/// <param name="Next">The next one that will be asked for the first time.</param>
/// <param name="Answers">Questions answered, whatever the answer.</param>
/// <param name="Loss">The measured share of lost packets; null while it is not known.</param>
/// <param name="RepliesLost">Packets that came in faster than they were read.</param>
/// <param name="Rate">Packets per second that the scan allows itself now.</param>
public sealed record ScanProgress(
    ulong First, ulong End, ulong Next, long PacketsSent, long Open, long Answers, double? Loss, long RepliesLost, double Rate);
