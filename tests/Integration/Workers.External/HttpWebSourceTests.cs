using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TaskMesh.Core;
using TaskMesh.Workers.External;

namespace TaskMesh.Integration.Workers.External;

/// <summary>The guard against real servers on loopback: the provider's, and one that no task may reach and that counts who tried.</summary>
public class HttpWebSourceTests : IAsyncLifetime
{
    private readonly WebApplication _provider = Server();
    private readonly WebApplication _internal = Server();
    private int _internalHits;

    private static CancellationToken Never => CancellationToken.None;

    public async Task InitializeAsync()
    {
        _internal.Run(context =>
        {
            Interlocked.Increment(ref _internalHits);
            return context.Response.WriteAsync("secret");
        });
        await _internal.StartAsync();
        _provider.MapGet("/ok", context => context.Response.WriteAsync($"{context.Request.Headers.UserAgent}"));
        _provider.MapGet("/moved", context => Redirect(context, Port(_internal)));
        _provider.MapGet("/busy", context => Busy(context));
        _provider.MapGet("/bomb", BombAsync);
        await _provider.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _internal.DisposeAsync();
        Assert.Equal(0, _internalHits);
    }

    [Fact]
    public async Task The_configured_host_and_port_are_reached_with_a_name_to_ask_for()
    {
        using var web = Web($"http://127.0.0.1:{Port(_provider)}", contact: "security@example.com");

        var answer = await web.GetAsync("crt.sh", "/ok", Never);

        Assert.Equal((200, "TaskMesh/1 (security@example.com)"), (answer.Status, System.Text.Encoding.UTF8.GetString(answer.Body.Span)));
    }

    [Fact]
    public async Task Another_loopback_address_or_port_stays_refused()
    {
        using var web = Web($"http://127.0.0.1:{Port(_provider)}");

        foreach (var (host, port) in new[] { ("127.0.0.1", Port(_internal)), ("127.0.0.2", Port(_provider)), ("localhost", Port(_provider)) })
            await Assert.ThrowsAsync<InvalidOperationException>(() => web.AllowedAsync(host, port, Never));
        await Assert.ThrowsAsync<InvalidOperationException>(() => web.GetAsync("shodan", "/ok", Never));
    }

    [Fact]
    public async Task A_name_that_resolves_to_an_internal_address_is_refused_even_if_configured()
    {
        using var web = Web($"http://localhost:{Port(_internal)}");

        var refused = await Assert.ThrowsAsync<InfrastructureException>(() => web.GetAsync("crt.sh", "/", Never));

        Assert.Contains("which is not a public address", refused.Message);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        using var web = Web($"http://127.0.0.1:{Port(_provider)}");

        Assert.Equal(302, (await web.GetAsync("crt.sh", "/moved", Never)).Status);
    }

    [Theory]
    [InlineData("//127.0.0.2/")]
    [InlineData("@127.0.0.2/")]
    [InlineData("http://127.0.0.2/")]
    [InlineData("")]
    public async Task A_path_cannot_name_another_host(string path)
    {
        using var web = Web($"http://127.0.0.1:{Port(_provider)}");

        await Assert.ThrowsAsync<InvalidOperationException>(() => web.GetAsync("crt.sh", path, Never));
    }

    [Fact]
    public async Task A_provider_may_ask_to_wait()
    {
        using var web = Web($"http://127.0.0.1:{Port(_provider)}");

        var answer = await web.GetAsync("crt.sh", "/busy", Never);

        Assert.Equal((429, TimeSpan.FromSeconds(7)), (answer.Status, answer.RetryAfter));
    }

    [Fact]
    public async Task An_answer_that_unpacks_without_end_is_cut_off()
    {
        using var web = Web($"http://127.0.0.1:{Port(_provider)}");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => web.GetAsync("crt.sh", "/bomb", Never));

        Assert.Equal("crt.sh answered with more than 33554432 bytes.", refused.Message);
    }

    private static HttpWebSource Web(string provider, string? contact = null) =>
        new(new ExternalWorkerSettings("queue", new Dictionary<string, Uri> { ["crt.sh"] = new(provider) }, contact));

    private static WebApplication Server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        return builder.Build();
    }

    private static int Port(WebApplication server) => new Uri(server.Urls.Single()).Port;

    private static Task Redirect(HttpContext context, int port)
    {
        context.Response.Redirect($"http://127.0.0.1:{port}/");
        return Task.CompletedTask;
    }

    private static Task Busy(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = "7";
        return Task.CompletedTask;
    }

    private static async Task BombAsync(HttpContext context)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        var zeros = new byte[1024 * 1024];
        for (var i = 0; i < 40; i++)
            await gzip.WriteAsync(zeros);
    }
}
