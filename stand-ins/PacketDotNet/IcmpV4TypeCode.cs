namespace PacketDotNet;

/// <summary>Type in the upper byte, code in the lower one (RFC 792).</summary>
public enum IcmpV4TypeCode : ushort
{
    EchoReply = 0x0000,
    UnreachableNet = 0x0300,
    UnreachableHost = 0x0301,
    UnreachableProtocol = 0x0302,
    UnreachablePort = 0x0303,
    UnreachableNetworkProhibited = 0x0309,
    UnreachableHostProhibited = 0x030A,
    UnreachableCommunicationProhibited = 0x030D,
    EchoRequest = 0x0800,
    TimeExceeded = 0x0B00,
}
