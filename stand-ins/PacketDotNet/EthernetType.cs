namespace PacketDotNet;

public enum EthernetType : ushort
{
    None = 0x0000,
    IPv4 = 0x0800,
    Arp = 0x0806,
    IPv6 = 0x86DD,
}
