using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TaskMesh.ScanHost;

/// <summary>TLS servers of the runtime, and hostile ones, for a namespace of their own: they serve until standard input ends.</summary>
public sealed class TlsServers(X509Certificate2 plain, X509Certificate2 named)
{
    public const string Ready = "ready";

    /// <summary>What is asked for here gets the second certificate.</summary>
    public const string Name = "named.example";

    /// <summary>TLS 1.2 and 1.3; 1.2 only; 1.3 only; 1.2 behind SMTP.</summary>
    public const ushort Both = 443, Old = 4432, New = 4433, Smtp = 25;

    /// <summary>Servers that say nothing, say it slowly, break off half-way, speak HTTP, and refuse.</summary>
    public const ushort Silent = 9001, Drip = 9002, Half = 9003, Http = 9004, Refusing = 9005;

    public static string Talking { get; } = $"{Both},{Old},{New},{Smtp},{Half},{Http},{Refusing}";

    public static string Slow { get; } = $"{Silent},{Drip}";

    /// <param name="certificates">Two, as PKCS #12 in Base64.</param>
    public static async Task RunAsync(string[] certificates)
    {
        var loaded = certificates.Select(each => X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(each), password: null)).ToArray();
        var servers = new TlsServers(loaded[0], loaded[1]);
        Serve(Both, stream => servers.TlsAsync(stream, SslProtocols.Tls12 | SslProtocols.Tls13));
        Serve(Old, stream => servers.TlsAsync(stream, SslProtocols.Tls12));
        Serve(New, stream => servers.TlsAsync(stream, SslProtocols.Tls13));
        Serve(Smtp, servers.SmtpAsync);
        Serve(Silent, async stream => await stream.ReadExactlyAsync(new byte[1 << 20]));
        Serve(Drip, DripAsync);
        Serve(Half, stream => AnswerAsync(stream, [22, 3, 3, 4, 0, 2, 0]));
        Serve(Http, stream => AnswerAsync(stream, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));
        Serve(Refusing, stream => AnswerAsync(stream, [21, 3, 3, 0, 2, 2, 40]));
        Console.WriteLine(Ready);
        await Console.In.ReadToEndAsync();
    }

    private static void Serve(ushort port, Func<NetworkStream, Task> talk)
    {
        var listener = new TcpListener(IPAddress.Any, port);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
                _ = TalkAsync(await listener.AcceptTcpClientAsync(), talk);
        });
    }

    private static async Task TalkAsync(TcpClient client, Func<NetworkStream, Task> talk)
    {
        using (client)
        {
            try
            {
                await talk(client.GetStream());
            }
            catch (Exception problem) when (problem is IOException or AuthenticationException or ObjectDisposedException)
            {
                // The scanner has what it wants.
            }
        }
    }

    private async Task TlsAsync(NetworkStream stream, SslProtocols protocols)
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = protocols,
            ServerCertificateSelectionCallback = (_, name) => name == Name ? named : plain,
        });
    }

    private async Task SmtpAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        foreach (var reply in new[] { "220 mail.example ESMTP\r\n", "250-mail.example\r\n250 STARTTLS\r\n", "220 go ahead\r\n" })
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply));
            if (!reply.EndsWith("ahead\r\n", StringComparison.Ordinal))
                await reader.ReadLineAsync();
        }
        await TlsAsync(stream, SslProtocols.Tls12);
    }

    /// <summary>Reads first: who closes with something unread resets.</summary>
    private static async Task AnswerAsync(NetworkStream stream, byte[] answer)
    {
        _ = await stream.ReadAsync(new byte[4096]);
        await stream.WriteAsync(answer);
    }

    private static async Task DripAsync(NetworkStream stream)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        // The beginning of a record of a kilobyte, byte by byte.
        foreach (var drop in new byte[] { 22, 3, 3, 4, 0, 2, 0, 3, 252 }.Concat(new byte[1000]))
        {
            await timer.WaitForNextTickAsync();
            await stream.WriteAsync(new[] { drop });
        }
    }
}
