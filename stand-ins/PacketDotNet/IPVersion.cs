namespace PacketDotNet;

public enum IPVersion
{
    IPv4 = 4,
    IPv6 = 6,
}
