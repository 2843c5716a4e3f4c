using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class CertificateTests(LocalMeshFixture mesh)
{
    [RawSocketFact]
    public async Task What_a_server_shows_a_scan_of_the_mesh_becomes_rows()
    {
        using var certificate = Certificate("shop.tls.example", "*.new.tls.example");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = ServeAsync(listener, certificate);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        (await mesh.RunAsync("run", "tls-scan", $$"""{"targets":["shop.tls.example@127.0.0.1"],"ports":"{{port}}","patience":60}""")).Good();

        var digest = await mesh.QueryAsync<string>(
            "select certificate from recon.tls_observation where port = $1 and name = 'shop.tls.example' and version is not null", port);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)), digest);
        Assert.Equal(
            "CN=tls.example: *.new.tls.example shop.tls.example tls.example",
            await mesh.QueryAsync<string>("select subject || ': ' || names from recon.certificate where sha256 = $1", digest!));
        Assert.Equal(
            "new.tls.example shop.tls.example tls.example",
            await mesh.QueryAsync<string>("select string_agg(name, ' ' order by name) from recon.domain where name like '%tls.example'"));
    }

    private static X509Certificate2 Certificate(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tls.example", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        try
        {
            while (true)
            {
                await using var tls = new SslStream((await listener.AcceptTcpClientAsync()).GetStream());
                try
                {
                    await tls.AuthenticateAsServerAsync(certificate);
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
