using System.Collections.Concurrent;
using System.Net.Sockets;

namespace TaskMesh.Proof.Wire;

/// <summary>
/// Stands between one process and PostgreSQL, on a Unix socket of its own, and cuts the line where it is told to: before a request is passed on, or
/// after the server has carried it out and before its reply is.
/// </summary>
public sealed class PgProxy : IAsyncDisposable
{
    private readonly string _server;
    private readonly IWireJudge _judge;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<PgLine, bool> _lines = [];
    private readonly string _socket;
    private volatile bool _closed;
    private int _refused;

    /// <param name="folder">For the socket; the name of the server's socket is kept, so a connection string needs another Host only.</param>
    public PgProxy(string folder, string serverFolder, IWireJudge judge)
    {
        const string name = ".s.PGSQL.5432";
        _server = Path.Combine(serverFolder, name);
        _judge = judge;
        _socket = Path.Combine(folder, name);
        File.Delete(_socket);
        _listener.Bind(new UnixDomainSocketEndPoint(_socket));
        _listener.Listen();
        // Not on the thread of whoever makes it: a simulation waits there for what comes over these lines.
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>How many connections came while it was closed.</summary>
    public int Refused => _refused;

    public void Open() => _closed = false;

    /// <summary>Cuts every line and takes no new one: the process behind it is as good as dead, or the server is for that process.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var line in _lines.Keys)
            line.Cut();
    }

    public ValueTask DisposeAsync()
    {
        Close();
        _listener.Dispose();
        File.Delete(_socket);
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return;
            }
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var line = new PgLine(client, server, _judge);
        _lines[line] = true;
        try
        {
            if (_closed)
            {
                Interlocked.Increment(ref _refused);
            }
            else
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
                await line.RunAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // Either end has gone; the other one hears of it below.
        }
        line.Cut();
        _lines.TryRemove(line, out _);
    }
}
