namespace PacketDotNet;

/// <summary>Link types as libpcap numbers them. Only Ethernet is parsed here.</summary>
public enum LinkLayers : byte
{
    Null = 0,
    Ethernet = 1,
    Raw = 12,
}
