using System.Net;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class CertificateTests(LocalMeshFixture mesh)
{
    [RawSocketFact]
    public async Task What_a_server_shows_a_scan_of_the_mesh_becomes_rows()
    {
        using var server = new TlsTestServer(IPAddress.Loopback, "tls.example", "shop.tls.example", "*.new.tls.example");

        (await mesh.RunAsync("run", "tls-scan", $$"""{"targets":["shop.tls.example@127.0.0.1"],"ports":"{{server.Port}}","patience":60}""")).Good();

        var digest = await mesh.QueryAsync<string>(
            "select certificate from recon.tls_observation where port = $1 and name = 'shop.tls.example' and version is not null", server.Port);
        Assert.Equal(server.Sha256, digest);
        Assert.Equal(
            "CN=tls.example: *.new.tls.example shop.tls.example tls.example",
            await mesh.QueryAsync<string>("select subject || ': ' || names from recon.certificate where sha256 = $1", digest!));
        Assert.Equal(
            "new.tls.example shop.tls.example tls.example",
            await mesh.QueryAsync<string>("select string_agg(name, ' ' order by name) from recon.domain where name like '%tls.example'"));
    }
}
