namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>How results, and those who choose, name the ways in which packets leave.</summary>
public static class WireNames
{
    /// <summary>SharpPcap's own send.</summary>
    public const string Pcap = "pcap";

    /// <summary>A packet socket, many frames to a system call.</summary>
    public const string Packet = "packet";

    /// <summary>AF_XDP.</summary>
    public const string Xdp = "xdp";

    /// <summary>A raw IP socket, where the kernel must find the neighbour of each target. Not to be chosen.</summary>
    public const string IP = "ip";

    /// <summary>A capture file.</summary>
    public const string Replay = "replay";

    /// <summary>Up to this rate the portable way is fast enough.</summary>
    private const int PcapRate = 5_000;

    /// <summary>Above this rate a packet socket costs too much.</summary>
    private const int PacketRate = 100_000;

    /// <summary>Above this rate the kernel's work on AF_XDP frames is too much for one core.</summary>
    private const int OneCoreRate = 300_000;

    public static string ForRate(int packetsPerSecond) => packetsPerSecond <= PcapRate ? Pcap : packetsPerSecond <= PacketRate ? Packet : Xdp;

    /// <summary>How many threads AF_XDP sends from.</summary>
    public static int ThreadsForRate(int packetsPerSecond) => packetsPerSecond > OneCoreRate && Environment.ProcessorCount > 1 ? 2 : 1;
}
