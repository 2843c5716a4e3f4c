namespace PacketDotNet;

/// <summary>Protocol numbers of IP (IANA).</summary>
public enum ProtocolType : byte
{
    Icmp = 1,
    Tcp = 6,
    Udp = 17,
    IPv6NoNextHeader = 59,
}
