namespace PacketDotNet;

public enum ArpOperation : ushort
{
    Request = 1,
    Response = 2,
}
