using System.Net;
using System.Net.Sockets;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// IP packets through a raw socket (raw(7)): the kernel finds the neighbour of each. Needed where targets have no neighbour in common,
/// and on the loopback interface, where the kernel discards frames that were not routed.
/// </summary>
public sealed class IPTransmit(int packetLength) : ITransmit
{
    /// <summary>Where an IPv4 header holds the destination, and where a socket address (struct sockaddr_in) does.</summary>
    private const int DestinationInPacket = 16, DestinationInAddress = 4, AddressLength = 4;

    private const int SlotCount = 64;

    /// <summary>Packets to neighbours that do not exist fill the socket until the kernel gives up asking for them, after three seconds.</summary>
    private const int SendLimitMilliseconds = 5000;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw) { SendTimeout = SendLimitMilliseconds };
    private readonly SocketAddress _destination = new IPEndPoint(IPAddress.Any, 0).Serialize();
    private readonly byte[] _packets = new byte[SlotCount * packetLength];

    public string Name => "ip";

    public int Slots => SlotCount;

    public Span<byte> Packet(int slot) => _packets.AsSpan(slot * packetLength, packetLength);

    public int Send(int firstSlot, int count, out string? error)
    {
        error = null;
        for (var sent = 0; sent < count; sent++)
        {
            var packet = Packet(firstSlot + sent);
            packet.Slice(DestinationInPacket, AddressLength).CopyTo(_destination.Buffer.Span[DestinationInAddress..]);
            try
            {
                _socket.SendTo(packet, SocketFlags.None, _destination);
            }
            catch (SocketException refusal)
            {
                error = $"{new IPAddress(packet.Slice(DestinationInPacket, AddressLength))} cannot be sent to: {refusal.Message}.";
                return sent;
            }
        }
        return count;
    }

    public void Dispose() => _socket.Dispose();
}
