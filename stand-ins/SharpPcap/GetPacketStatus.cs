namespace SharpPcap;

public enum GetPacketStatus
{
    ReadTimeout = 0,
    PacketRead = 1,
    Error = -1,
    NoRemainingPackets = -2,
}
