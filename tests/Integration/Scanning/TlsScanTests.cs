using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using TaskMesh.Cli.Lab;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

/// <summary>Through the command line, the worker and real packets to servers of the runtime on another kernel's network stack.</summary>
public sealed class TlsScanTests : IAsyncLifetime, IDisposable
{
    /// <summary>198.18.0.1, as /proc writes it.</summary>
    private const string Scanner = "010012C6";

    private static readonly string[] Allowed = ["198.18.0.0/24"];

    private readonly X509Certificate2 _plain = SelfSigned.Certificate("CN=plain.example", "plain.example");
    private readonly X509Certificate2 _named = SelfSigned.Certificate("CN=Named, O=The Owner", TlsServers.Name, "*.wild.example");
    private NetworkLab _lab = null!;
    private Process _servers = null!;

    public async Task InitializeAsync()
    {
        if (NetworkLab.Unavailable is not null)
            return;
        _lab = await NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new LabTruth(1), CancellationToken.None);
        var start = _lab.InTarget("dotnet", [typeof(TlsServers).Assembly.Location, "serve", Exported(_plain), Exported(_named)]);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        _servers = Process.Start(start)!;
        Assert.Equal(TlsServers.Ready, await _servers.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
    }

    public async Task DisposeAsync()
    {
        if (_servers is null)
            return;
        _servers.StandardInput.Close();
        await _servers.WaitForExitAsync();
        _servers.Dispose();
        await _lab.DisposeAsync();
    }

    public void Dispose()
    {
        _plain.Dispose();
        _named.Dispose();
    }

    [LabFact]
    public async Task Every_server_shows_what_it_has_or_says_why_not()
    {
        var rows = await ScanAsync(TlsServers.Talking, TimeSpan.FromSeconds(60));

        var summary = rows.Single(row => row.TryGetProperty("planned", out _));
        Assert.Equal((14, 14, 8), (Number(summary, "planned"), Number(summary, "open"), Number(summary, "certificates")));
        foreach (var (port, version) in new[]
        {
            (TlsServers.Both, "TLS 1.2"), (TlsServers.Old, "TLS 1.2"), (TlsServers.New, "TLS 1.3"), (TlsServers.Smtp, "TLS 1.2"),
        })
        {
            IsShown(_named, version, Row(rows, port, TlsServers.Name));
            IsShown(_plain, version, Row(rows, port, "other.example"));
        }
        Assert.Equal("Closed: the server ended the connection", Ending(rows, TlsServers.Half));
        Assert.Equal("NotTls: it is no TLS record", Ending(rows, TlsServers.Http));
        Assert.Equal("Alert: handshake_failure", Ending(rows, TlsServers.Refusing));
    }

    [LabFact]
    public async Task Who_takes_too_long_is_left()
    {
        var rows = await ScanAsync(TlsServers.Slow, TimeSpan.FromSeconds(2));

        Assert.Equal("Timeout: the server says nothing", Ending(rows, TlsServers.Silent));
        Assert.StartsWith("Timeout: ", Ending(rows, TlsServers.Drip), StringComparison.Ordinal);
    }

    [LabFact]
    public async Task Addresses_with_a_name_are_asked_for_it_and_nobody_is_left_connected()
    {
        var target = $"{TlsServers.Name}@{NetworkLab.Gateway}";

        var rows = await TaskAsync(
            $$"""{"targets":["{{target}}","{{NetworkLab.Gateway}}"],"ports":"{{TlsServers.Old}},1","patience":60,"retries":3}""");

        IsShown(_named, "TLS 1.2", Row(rows, TlsServers.Old, TlsServers.Name));
        IsShown(_plain, "TLS 1.2", Row(rows, TlsServers.Old, ""));
        Assert.Equal(2, Number(rows.Single(row => row.TryGetProperty("planned", out _)), "closed"));
        var connections = await LabScan.OutputAsync(_lab.InTarget("cat", "/proc/net/tcp"));
        Assert.DoesNotContain($":{TlsServers.Old:X4} {Scanner}", connections, StringComparison.Ordinal);
    }

    private static void IsShown(X509Certificate2 certificate, string version, JsonElement row)
    {
        Assert.Equal(("Certificate", version), (Text(row, "outcome"), Text(row, "version")));
        Assert.StartsWith("TLS_", Text(row, "cipher"), StringComparison.Ordinal);
        var shown = row.GetProperty("chain")[0];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)), Text(shown, "sha256"));
        Assert.Equal((certificate.Subject, certificate.Issuer), (Text(shown, "subject"), Text(shown, "issuer")));
        Assert.Equal(certificate.SerialNumber, Text(shown, "serial"), ignoreCase: true);
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), shown.GetProperty("expires").GetDateTimeOffset().UtcDateTime);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames().Order(StringComparer.Ordinal);
        Assert.Equal(names, shown.GetProperty("names").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal("EC P-256", Text(shown, "key"));
    }

    private static string Ending(IEnumerable<JsonElement> rows, ushort port)
    {
        var row = Row(rows, port, "other.example");
        return $"{Text(row, "outcome")}: {Text(row, "detail")}";
    }

    private static JsonElement Row(IEnumerable<JsonElement> rows, ushort port, string name) => rows.Single(
        row => row.TryGetProperty("port", out var at) && at.GetInt32() == port && Text(row, "name") == name);

    private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;

    private static long Number(JsonElement row, string field) => row.GetProperty(field).GetInt64();

    private static string Exported(X509Certificate2 certificate) => Convert.ToBase64String(certificate.Export(X509ContentType.Pkcs12));

    private async Task<List<JsonElement>> ScanAsync(string ports, TimeSpan patience)
    {
        var scope = Path.GetTempFileName();
        await File.WriteAllTextAsync(scope, Scope());
        var output = await LabScan.OutputAsync(_lab.InScanner(
            "dotnet",
            typeof(NetworkLab).Assembly.Location, "scan", "tls", $"{NetworkLab.Gateway}", "-p", ports, "--sni", $"{TlsServers.Name},other.example",
            "--patience", $"{patience.TotalSeconds}", "--retries", "3", "--scope", scope, "--progress", "none"));
        File.Delete(scope);
        return Lines(output);
    }

    private async Task<List<JsonElement>> TaskAsync(string input)
    {
        var start = _lab.InScanner("dotnet", [typeof(TaskMesh.Workers.BareMetal.Scanning.RawScanner).Assembly.Location]);
        start.Environment["TASKMESH_TASK"] = $$"""{"kind":"tls-scan","input":{{input}},"scope":[{{Scope()}}]}""";
        return Lines(await LabScan.OutputAsync(start));
    }

    private static List<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    private static string Scope() => JsonSerializer.Serialize(new
    {
        authoriser = "the test",
        reference = "lab",
        validFrom = TimeProvider.System.GetUtcNow().AddHours(-1),
        validUntil = TimeProvider.System.GetUtcNow().AddHours(1),
        allow = Allowed,
        allowPrivate = true,
    });
}
