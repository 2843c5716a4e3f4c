namespace SharpPcap;

public interface ICaptureHeader
{
    PosixTimeval Timeval { get; }
}
