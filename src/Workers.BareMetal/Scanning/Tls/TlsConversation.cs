using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Tcp;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>One connection to a server, and how far the talk with it is. Used again for the next one.</summary>
public sealed class TlsConversation(int largestPayload) : IDisposable
{
    /// <summary>A certificate of the largest kind, with the records around it and what is said before.</summary>
    public const int LargestStream = 128 * 1024;

    private StartTls _protocol;
    private int _stage;
    private int _read;

    public TcpConnection Tcp { get; } = new(largestPayload, LargestStream);

    public HandshakeReader Handshake { get; } = new();

    /// <summary>Of the question.</summary>
    public ulong Index { get; private set; }

    public ProbeTarget Target => Tcp.Flow.Target;

    public int Round { get; private set; }

    public string? Name { get; private set; }

    /// <summary>How the conversation before this one ended, when this is the second one, in TLS 1.3, or one of an inventory.</summary>
    public TlsCapture? First { get; private set; }

    /// <summary>What this conversation is a step of; null when it asks for the certificate.</summary>
    public CipherInventory? Inventory => First?.Inventory;

    /// <summary>Whether our hello was said.</summary>
    public bool IsTls { get; private set; }

    /// <summary>In ticks of the clock; of a second one for the certificate when the first one did.</summary>
    public long BeganAt { get; private set; }

    /// <summary>Among those that are going on.</summary>
    public int Place { get; set; }

    /// <param name="protocol">What is spoken before TLS.</param>
    public void Begin(ulong index, int round, string? name, StartTls protocol, TlsCapture? first, long beganAt)
    {
        (Index, Round, Name, First, BeganAt) = (index, round, name, first, beganAt);
        (_protocol, _stage, _read, IsTls) = (protocol, 0, 0, false);
    }

    /// <summary>From here on the stream is TLS.</summary>
    public void BeginTls(Tls13Client? client, byte[]? clientMessage)
    {
        IsTls = true;
        if (Inventory is null)
            Handshake.Begin(_read, client, clientMessage);
        else
            Handshake.BeginHello(_read);
    }

    /// <summary>What to say before TLS; empty when TLS begins.</summary>
    /// <returns>False while the server has not said enough.</returns>
    /// <exception cref="TlsParseException">It will not speak TLS.</exception>
    public bool TryAnswer(out ReadOnlySpan<byte> say)
    {
        say = default;
        if (_protocol == StartTls.None)
            return true;
        if (!StartTlsDialogue.TryAnswer(_protocol, _stage, Tcp.Stream.Bytes[_read..], out var read, out say))
            return false;
        if (Tcp.IsUnanswered)
            throw new TlsParseException("the server answers before it is asked");
        _stage++;
        _read += read;
        return true;
    }

    /// <summary>Gives back what it holds; it can be used again.</summary>
    public void Dispose()
    {
        Tcp.Dispose();
        Handshake.Dispose();
    }
}
