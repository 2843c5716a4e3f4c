namespace SharpPcap;

/// <summary>A moment in seconds and microseconds since 1970.</summary>
public class PosixTimeval(ulong seconds, ulong microseconds)
{
    public ulong Seconds { get; set; } = seconds;

    public ulong MicroSeconds { get; set; } = microseconds;

    public DateTime Date => DateTime.UnixEpoch.AddSeconds(Seconds).AddMicroseconds(MicroSeconds);
}
