using System.Net;
using System.Net.Sockets;
using System.Text;
using TaskMesh.Core;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.External;

/// <summary>
/// The web as tasks may use it: the configured providers and no other host. A name is resolved here, every address that it has is checked, and
/// the connection goes to a checked one, so that neither a redirect nor a changing DNS answer leads to an internal service.
/// </summary>
/// <remarks>A private or loopback address is reachable only where the settings name that very address and port.</remarks>
public sealed class HttpWebSource : IWebSource, IDisposable
{
    private const int LargestAnswerBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly ExternalWorkerSettings _settings;
    private readonly IReadOnlyDictionary<string, Uri> _providers;
    private readonly HttpClient _http;

    public HttpWebSource(ExternalWorkerSettings settings)
    {
        _settings = settings;
        _providers = settings.Providers;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectLimit,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = AnswerLimit,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(settings.Contact is { } contact ? $"TaskMesh/1 ({contact})" : "TaskMesh/1");
    }

    public IReadOnlyList<WebMember> MembersOf(string name) => _settings.Members.GetValueOrDefault(name, []);

    public Task<WebAnswer> GetAsync(string provider, string pathAndQuery, CancellationToken cancellation) =>
        SendAsync(provider, new WebCall("GET", pathAndQuery), cancellation);

    public async Task<WebAnswer> SendAsync(string provider, WebCall request, CancellationToken cancellation)
    {
        var pathAndQuery = request.PathAndQuery;
        if (!_providers.TryGetValue(provider, out var address))
            throw new InvalidOperationException($"This worker knows no provider '{provider}'; it knows {string.Join(", ", _providers.Keys)}.");
        if (pathAndQuery is not ['/', ..] || pathAndQuery.StartsWith("//", StringComparison.Ordinal))
            throw new InvalidOperationException($"'{pathAndQuery}' is no path below a provider's address: it begins with one '/'.");
        try
        {
            using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(address, pathAndQuery));
            if (_settings.Keys.TryGetValue(provider, out var key))
                message.Headers.TryAddWithoutValidation(key.Header, key.Value);
            if (request.Body is { } body)
                message.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
            return new WebAnswer((int)answer.StatusCode, await ReadAsync(provider, content, cancellation), RetryAfter(answer));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new InfrastructureException($"{provider}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Seconds, or a time (RFC 9110, section 10.2.3) against the provider's own clock.</summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } time } when answer.Headers.Date is { } now => time > now ? time - now : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>After decompression, so that a small answer cannot become a large one.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string provider, Stream content, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (body.Length + read > LargestAnswerBytes)
                throw new InvalidOperationException($"{provider} answered with more than {LargestAnswerBytes} bytes.");
            body.Write(buffer, 0, read);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await AllowedAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The addresses to connect to; one that may not be reached refuses them all.</summary>
    internal async Task<IPAddress[]> AllowedAsync(string host, int port, CancellationToken cancellation)
    {
        if (!_providers.Values.Any(provider => provider.IdnHost == host && provider.Port == port))
            throw new InvalidOperationException($"'{host}:{port}' is no configured provider.");
        if (Address.TryParse(host, out var literal))
            return [literal.ToIPAddress()];
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        foreach (var address in addresses.Select(Address.From))
        {
            if (SpecialRanges.Private.Contains(address) || SpecialRanges.Never.Contains(address))
                throw new InvalidOperationException($"'{host}' resolves to {address}, which is not a public address.");
        }
        return addresses;
    }
}
