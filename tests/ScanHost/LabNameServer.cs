using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using TaskMesh.Core.Recon;

namespace TaskMesh.ScanHost;

/// <summary>A name server of the lab on one address, with manners: how it treats those who ask.</summary>
public sealed class LabNameServer(IPAddress address, string manner)
{
    /// <summary>Knows the zone and says so; the others are variations.</summary>
    public const string Honest = "honest";

    /// <summary>Receives and says nothing.</summary>
    public const string Dead = "dead";

    /// <summary>Knows the zone for the first two hundred questions, and then says nothing any more.</summary>
    public const string Dying = "dying";

    /// <summary>Says nothing to the first questions about a name: to none, one or two of them.</summary>
    public const string Lossy = "lossy";

    /// <summary>Says of every name that does not exist that it is at an address.</summary>
    public const string Lying = "lying";

    /// <summary>Is honest for the first two hundred questions, and lying from then on.</summary>
    public const string Turning = "turning";

    /// <summary>Before each answer sends what looks like it and is not.</summary>
    public const string Hostile = "hostile";

    /// <summary>Answers nobody who uses EDNS, except that it does not understand.</summary>
    public const string Plain = "plain";

    /// <summary>Accepts connections and says nothing there.</summary>
    public const string Mute = "mute";

    private const int Port = 53;
    private const int LargestDatagram = 1232;
    private const int LastWords = 200;

    private readonly Socket _datagrams = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20 };
    private readonly TcpListener _connections = new(address, Port);
    private readonly Dictionary<string, int> _asked = [];
    private int _received;

    public void Open()
    {
        _datagrams.Bind(new IPEndPoint(address, Port));
        _connections.Start();
    }

    public async Task ServeAsync() =>
        await await Task.WhenAny(Task.Factory.StartNew(ServeDatagrams, TaskCreationOptions.LongRunning), ServeConnectionsAsync());

    private void ServeDatagrams()
    {
        var buffer = new byte[4096];
        var sender = new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0).Serialize();
        while (true)
        {
            var query = buffer[.._datagrams.ReceiveFrom(buffer, SocketFlags.None, sender)];
            if (IsSilent(query))
                continue;
            foreach (var answer in Answers(query))
                _datagrams.SendTo(answer, SocketFlags.None, sender);
        }
    }

    private bool IsSilent(byte[] query)
    {
        _received++;
        if (manner != Lossy)
            return manner == Dead || (manner == Dying && _received > LastWords);
        var (name, type, _) = LabMessage.Question(query);
        var before = _asked.GetValueOrDefault($"{name} {type}");
        _asked[$"{name} {type}"] = before + 1;
        return before < name.Sum(letter => letter) % 3;
    }

    private IEnumerable<byte[]> Answers(byte[] query)
    {
        var (name, type, end) = LabMessage.Question(query);
        if (manner == Plain && query[11] > 0)
            return [[query[0], query[1], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]];
        var truth = LabZone.Of(name, type);
        if ((manner == Lying || (manner == Turning && _received > LastWords)) && truth.Code == 3)
            truth = new(0, [new(name, DnsType.A, "203.0.113.66")]);
        var answer = LabMessage.Answer(query, truth, isTruncated: false);
        if (answer.Length > LargestDatagram)
            answer = LabMessage.Answer(query, truth, isTruncated: true);
        return manner == Hostile ? [.. Forged(query, end), answer] : [answer];
    }

    /// <summary>All of them say that the name is where it is not; those that repeat the question rightly cannot be read.</summary>
    private static IEnumerable<byte[]> Forged(byte[] query, int end)
    {
        byte[] lie = [.. query[..2], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. query[12..end], 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 203, 0, 113, 66];
        yield return Changed(lie, 1, (byte)(lie[1] ^ 1));
        yield return Changed(lie, 13, (byte)(lie[13] ^ 0x20));
        yield return Changed(lie, 13, (byte)'q');
        yield return Changed(lie, 2, 0x01);
        yield return Changed(lie, end - 3, (byte)(lie[end - 3] ^ 0x40));
        yield return lie[..20];
        yield return [.. lie, .. new byte[1400]];
        // A name that points to itself, records that are not there, data behind the end.
        yield return Changed(lie, end + 1, (byte)end);
        yield return Changed(lie, 7, 200);
        yield return Changed(lie, end + 11, 200);
    }

    private static byte[] Changed(byte[] message, int at, byte value)
    {
        byte[] changed = [.. message];
        changed[at] = value;
        return changed;
    }

    private async Task ServeConnectionsAsync()
    {
        while (true)
            _ = ServeAsync(await _connections.AcceptSocketAsync());
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = new byte[sizeof(ushort)];
            await connection.ReadExactlyAsync(head);
            var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await connection.ReadExactlyAsync(query);
            if (manner == Mute)
                await Task.Delay(Timeout.Infinite);
            var (name, type, _) = LabMessage.Question(query);
            var answer = LabMessage.Answer(query, LabZone.Of(name, type), isTruncated: false);
            BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
            await connection.WriteAsync((byte[])[.. head, .. answer]);
        }
        catch (IOException)
        {
            // Whoever asked has gone.
        }
    }
}
