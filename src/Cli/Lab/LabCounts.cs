namespace TaskMesh.Cli.Lab;

/// <summary>What arrived at the far end of the lab, whoever sent it.</summary>
/// <param name="Frames">Everything that came in, ARP included.</param>
/// <param name="Syns">Connection requests to the lab's addresses with right checksums.</param>
/// <param name="Seconds">From the first of them to the last.</param>
/// <param name="BadChecksums">Requests that a real stack would discard. They are not answered.</param>
/// <param name="Strays">IPv4 packets to addresses outside the lab.</param>
/// <param name="Addresses">Which of the lab's addresses were asked, as ranges.</param>
/// <param name="Dropped">Frames that the responder was too slow for.</param>
/// <param name="MostInASecond">Packets to the lab's addresses, resets included, in the second (of any) that saw most of them.</param>
public sealed record LabCounts(
    long Frames,
    long Syns,
    double Seconds,
    long BadChecksums,
    long Strays,
    long AddressCount,
    string Addresses,
    long Answers,
    long Dropped,
    long MostInASecond);
