using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TaskMesh.Cli.Demo;

/// <summary>A server on loopback that answers in the form of crt.sh's JSON, for one made-up domain.</summary>
internal sealed class CertificateLog : IAsyncDisposable
{
    public const string Domain = "lab.example";

    private static readonly string[] Names = ["lab.example", "www.lab.example", "mail.lab.example", "vpn.lab.example", "shop.lab.example"];

    private readonly WebApplication _server;

    private CertificateLog(WebApplication server) => _server = server;

    public Uri Address => new(_server.Urls.Single());

    public static async Task<CertificateLog> StartAsync(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.MapGet("/", (string q) => Results.Json(q == $"%.{Domain}" ? Entries() : []));
        await server.StartAsync(cancellation);
        return new CertificateLog(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>One certificate per name, and one that speaks for all below the domain.</summary>
    private static IEnumerable<Entry> Entries() =>
        Names.Select((name, i) => new Entry(i + 1, name, name)).Append(new Entry(Names.Length + 1, $"*.{Domain}", $"*.{Domain}\n{Domain}"));

#pragma warning disable IDE1006, CA1707 // The names are those of crt.sh's JSON.
    private sealed record Entry(int id, string common_name, string name_value);
#pragma warning restore IDE1006, CA1707
}
