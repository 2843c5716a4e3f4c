namespace SharpPcap;

public interface IInjectionDevice
{
    void SendPacket(ReadOnlySpan<byte> p, ICaptureHeader header = null);
}
