using System.Net;
using System.Net.NetworkInformation;

namespace SharpPcap.LibPcap;

/// <summary>An IP address or a hardware address, by the family at the head of a struct sockaddr (Linux).</summary>
public unsafe class Sockaddr
{
    public IPAddress ipAddress;

    public PhysicalAddress hardwareAddress;

    private const int AfInet = 2;
    private const int AfInet6 = 10;
    private const int AfPacket = 17;

    internal Sockaddr(byte* native)
    {
        sa_family = *(ushort*)native;
        if (sa_family == AfInet)
            ipAddress = new(new ReadOnlySpan<byte>(native + 4, 4));
        else if (sa_family == AfInet6)
            ipAddress = new(new ReadOnlySpan<byte>(native + 8, 16), *(uint*)(native + 24));
        else if (sa_family == AfPacket)
            hardwareAddress = new(new ReadOnlySpan<byte>(native + 12, Math.Min(native[11], (byte)8)).ToArray());
    }

    public int sa_family { get; }
}
