using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// What is said in clear before TLS begins: SMTP (RFC 3207), IMAP (RFC 9051), POP3 (RFC 2595). The server speaks first; each of its replies that
/// is good calls for the next line of ours, and the last one for TLS.
/// </summary>
public static class StartTlsDialogue
{
    /// <summary>Nobody needs more words to say that.</summary>
    public const int MostBytes = 8 * 1024;

    private static readonly byte[][] Smtp = [.. new[] { "EHLO taskmesh.invalid\r\n", "STARTTLS\r\n" }.Select(Encoding.ASCII.GetBytes)];
    private static readonly byte[][] Imap = [Encoding.ASCII.GetBytes("a STARTTLS\r\n")];
    private static readonly byte[][] Pop3 = [Encoding.ASCII.GetBytes("STLS\r\n")];

    /// <summary>By the port's registered service.</summary>
    public static StartTls ByPort(ushort port) => port switch
    {
        25 or 587 => StartTls.Smtp,
        143 => StartTls.Imap,
        110 => StartTls.Pop3,
        _ => StartTls.None,
    };

    /// <param name="name">"none", "smtp", "imap", "pop3"; anything else goes by the port, which is null here.</param>
    public static StartTls? ByName(string name) => name switch
    {
        "none" => StartTls.None,
        "smtp" => StartTls.Smtp,
        "imap" => StartTls.Imap,
        "pop3" => StartTls.Pop3,
        _ => null,
    };

    /// <summary>Reads one reply.</summary>
    /// <param name="stage">How many replies were good before.</param>
    /// <param name="read">How much of <paramref name="received"/> is done with.</param>
    /// <param name="say">The next line; empty when TLS begins.</param>
    /// <returns>False while the reply is not whole.</returns>
    /// <exception cref="TlsParseException">The reply is not good.</exception>
    public static bool TryAnswer(StartTls protocol, int stage, ReadOnlySpan<byte> received, out int read, out ReadOnlySpan<byte> say)
    {
        say = default;
        read = 0;
        while (received[read..].IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = received.Slice(read, end);
            read += end + 1;
            if (IsOnTheWay(protocol, stage, line))
                continue;
            if (!IsGood(protocol, stage, line))
                throw new TlsParseException($"STARTTLS is refused: {Printable(line)}");
            var lines = protocol switch { StartTls.Smtp => Smtp, StartTls.Imap => Imap, _ => Pop3 };
            say = stage < lines.Length ? lines[stage] : [];
            return true;
        }
        return received.Length <= MostBytes ? false : throw new TlsParseException("a reply without an end");
    }

    /// <summary>A line of a reply that goes on.</summary>
    private static bool IsOnTheWay(StartTls protocol, int stage, ReadOnlySpan<byte> line) => protocol switch
    {
        StartTls.Smtp => line.Length > 3 && line[3] == '-',
        StartTls.Imap => stage > 0 && line.StartsWith("* "u8),
        _ => false,
    };

    private static bool IsGood(StartTls protocol, int stage, ReadOnlySpan<byte> line) => protocol switch
    {
        StartTls.Smtp => line.StartsWith(stage == 1 ? "250"u8 : "220"u8),
        StartTls.Imap => line.StartsWith(stage == 0 ? "* OK"u8 : "a OK"u8),
        _ => line.StartsWith("+OK"u8),
    };

    private static string Printable(ReadOnlySpan<byte> line) =>
        string.Concat(Encoding.Latin1.GetString(line[..Math.Min(line.Length, 100)]).Where(letter => letter is >= ' ' and <= '~'));
}

/// <summary>What is spoken before TLS.</summary>
public enum StartTls
{
    None,
    Smtp,
    Imap,
    Pop3,
}
