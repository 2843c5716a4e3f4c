using System.Buffers.Binary;
using System.Net.Sockets;

namespace TaskMesh.Proof.Wire;

/// <summary>One connection through the proxy. It reads as much of the protocol as it takes to see where a request ends ("Message Formats").</summary>
/// <remarks>
/// <code>
/// first packets:  length (4) | payload          typed messages:  type (1) | length (4) | payload
/// </code>
/// A request ends with Sync ('S') or is a simple Query ('Q'); its reply ends with ReadyForQuery ('Z'), and CommandComplete ('C') names what was done.
/// </remarks>
internal sealed class PgLine(Socket client, Socket server, IWireJudge judge)
{
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;

    private static readonly byte[] NoEncryption = "N"u8.ToArray();

    private readonly NetworkStream _client = new(client, ownsSocket: true);
    private readonly Lazy<NetworkStream> _server = new(() => new NetworkStream(server, ownsSocket: true));

    public async Task RunAsync()
    {
        await Task.WhenAny(RequestsAsync(), RepliesAsync());
    }

    public void Cut()
    {
        client.Dispose();
        server.Dispose();
    }

    private async Task RequestsAsync()
    {
        var isStart = true;
        while (true)
        {
            var message = await ReadAsync(_client, isStart ? 0 : 1);
            if (isStart && BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(4)) is SslRequest or GssRequest)
            {
                await _client.WriteAsync(NoEncryption);
                continue;
            }
            if (!isStart && message[0] is (byte)'S' or (byte)'Q' && judge.CutsBefore())
                return;
            isStart = false;
            await _server.Value.WriteAsync(message);
        }
    }

    private async Task RepliesAsync()
    {
        while (true)
        {
            var message = await ReadAsync(_server.Value, 1);
            if (IsCommitted(message) && judge.CutsCommitted() || message[0] == 'Z' && judge.CutsAfter())
                return;
            await _client.WriteAsync(message);
        }
    }

    private static bool IsCommitted(byte[] message) => message[0] == 'C' && message.AsSpan(5).StartsWith("COMMIT"u8);

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int typeBytes)
    {
        var head = new byte[typeBytes + 4];
        await stream.ReadExactlyAsync(head);
        var message = new byte[typeBytes + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(typeBytes))];
        head.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(head.Length));
        return message;
    }
}
