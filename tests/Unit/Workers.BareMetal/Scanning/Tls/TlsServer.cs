using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

/// <summary>What the runtime's own TLS server says to a hello: as far as it gets without an answer.</summary>
internal static class TlsServer
{
    private static readonly DateTimeOffset Begins = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static X509Certificate2 Certificate(string subject, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Certificate(new CertificateRequest(subject, key, HashAlgorithmName.SHA256), names);
    }

    public static X509Certificate2 Certificate(CertificateRequest request, params string[] names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        if (names.Length > 0)
            request.CertificateExtensions.Add(alternatives.Build());
        return request.CreateSelfSigned(Begins, Begins.AddDays(90));
    }

    /// <param name="select">By the name that the client asks for; empty for none.</param>
    public static byte[] Answer(byte[] hello, SslProtocols protocols, Func<string, X509Certificate2> select)
    {
        using var wire = new OneHello(hello);
        using var server = new SslStream(wire);
        try
        {
            server.AuthenticateAsServer(new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = protocols,
                ServerCertificateSelectionCallback = (_, name) => select(name ?? ""),
            });
        }
        catch (Exception problem) when (problem is IOException or AuthenticationException)
        {
            // The client says no more.
        }
        return wire.Said.ToArray();
    }

    private sealed class OneHello(byte[] hello) : MemoryStream(hello, writable: false)
    {
        public MemoryStream Said { get; } = new();

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer) => Said.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Said.Write(buffer, offset, count);
    }
}
