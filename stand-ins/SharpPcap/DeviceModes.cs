namespace SharpPcap;

[Flags]
public enum DeviceModes : short
{
    None = 0,
    Promiscuous = 1,
}
