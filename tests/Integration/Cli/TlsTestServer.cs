using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>A server with a certificate of its own for the given names.</summary>
internal sealed class TlsTestServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2 _certificate;

    public TlsTestServer(IPAddress address, string subject, params string[] names)
    {
        _certificate = SelfSigned.Certificate($"CN={subject}", names);
        _listener = new(address, 0);
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_certificate.RawData));

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await using var tls = new SslStream((await _listener.AcceptTcpClientAsync()).GetStream());
                try
                {
                    await tls.AuthenticateAsServerAsync(_certificate);
                }
                catch (Exception problem) when (problem is IOException or AuthenticationException)
                {
                    // The scanner has what it wants.
                }
            }
        }
        catch (SocketException)
        {
            // The test has ended.
        }
        catch (ObjectDisposedException)
        {
            // The same.
        }
    }
}
