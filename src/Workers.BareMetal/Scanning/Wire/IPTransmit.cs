using System.Net;
using System.Net.Sockets;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// IP packets through raw sockets (raw(7)): the kernel finds the neighbour of each. Needed where targets have no neighbour in common,
/// and on the loopback interface, where the kernel discards frames that were not routed.
/// </summary>
public sealed class IPTransmit(int largestPacket) : ITransmit
{
    /// <summary>Where a socket address (struct sockaddr_in, struct sockaddr_in6) holds the destination.</summary>
    private const int DestinationV4 = 4, DestinationV6 = 8;

    private const int SlotCount = 64;

    /// <summary>Packets to neighbours that do not exist fill the socket until the kernel gives up asking for them, after three seconds.</summary>
    private const int SendLimitMilliseconds = 5000;

    private readonly SocketAddress _v4 = new IPEndPoint(IPAddress.Any, 0).Serialize();
    private readonly SocketAddress _v6 = new IPEndPoint(IPAddress.IPv6Any, 0).Serialize();
    private readonly byte[] _packets = new byte[SlotCount * largestPacket];
    private Socket? _socketV4;
    private Socket? _socketV6;

    public string Name => WireNames.IP;

    public int Slots => SlotCount;

    public Span<byte> Packet(int slot) => _packets.AsSpan(slot * largestPacket, largestPacket);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        error = null;
        for (var sent = 0; sent < lengths.Length; sent++)
        {
            var packet = Packet(firstSlot + sent)[..lengths[sent]];
            try
            {
                if (packet[0] >> 4 == 4)
                {
                    packet.Slice(16, 4).CopyTo(_v4.Buffer.Span[DestinationV4..]);
                    (_socketV4 ??= Open(AddressFamily.InterNetwork)).SendTo(packet, SocketFlags.None, _v4);
                }
                else
                {
                    packet.Slice(24, 16).CopyTo(_v6.Buffer.Span[DestinationV6..]);
                    (_socketV6 ??= Open(AddressFamily.InterNetworkV6)).SendTo(packet, SocketFlags.None, _v6);
                }
            }
            catch (SocketException refusal)
            {
                error = $"{IPPacket.DestinationOf(packet)} cannot be sent to: {refusal.Message}.";
                return sent;
            }
        }
        return lengths.Length;
    }

    public void Dispose()
    {
        _socketV4?.Dispose();
        _socketV6?.Dispose();
    }

    /// <summary>Protocol 255 means that packets come with their IP header.</summary>
    private static Socket Open(AddressFamily family) => new(family, SocketType.Raw, ProtocolType.Raw) { SendTimeout = SendLimitMilliseconds };
}
