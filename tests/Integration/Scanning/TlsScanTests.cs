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

    /// <summary>Behind the gateway; the kernel there answers for all of it.</summary>
    private const string Servers = "198.18.1.0/24";

    private const int ServerCount = 256;

    /// <summary>Servers behind the scan when it is killed, long before its end.</summary>
    private const int Behind = ServerCount / 8;

    private static readonly string[] Allowed = ["198.18.0.0/23"];

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

    [LabTheory]
    [InlineData("X25519")]
    [InlineData("P-256")]
    [InlineData("P-384")]
    public async Task A_server_of_TLS_1_3_that_takes_one_group_only_shows_its_certificate(string group)
    {
        const ushort port = 4434;
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Of("certificate"), _plain.ExportCertificatePem());
        using var key = _plain.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(folder.Of("key"), key.ExportPkcs8PrivateKeyPem());
        var start = _lab.InTarget(
            "openssl", "s_server", "-accept", $"{port}", "-tls1_3", "-groups", group, "-cert", folder.Of("certificate"), "-key", folder.Of("key"));
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        using var server = Process.Start(start)!;
        while (await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line && line != "ACCEPT")
            continue;

        var rows = await ScanAsync($"{port}", TimeSpan.FromSeconds(60));

        server.Kill();
        IsShown(_plain, "TLS 1.3", Row(rows, port, "other.example"));
    }

    [LabFact]
    public async Task A_killed_scan_goes_on_where_it_was_and_ends_as_if_nothing_had_happened()
    {
        foreach (var command in new[] { "link set lo up", $"route add local {Servers} dev lo" })
            await LabScan.OutputAsync(_lab.InTarget("ip", command.Split(' ')));
        await LabScan.OutputAsync(_lab.InScanner("ip", $"route add {Servers} via {NetworkLab.Gateway}".Split(' ')));
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Of("scope"), Scope());
        ProcessStartInfo Scan(params string[] options) => _lab.InScanner(
            "dotnet",
            [
                typeof(NetworkLab).Assembly.Location, "scan", "tls", Servers, "-p", $"{TlsServers.Old}", "--patience", "60", "--retries", "3",
                "--scope", folder.Of("scope"), "--progress", "none", "--resume", folder.Of("position"), .. options,
            ]);

        var start = Scan("--rate", "20", "--seed", "5");
        start.RedirectStandardOutput = true;
        using var killed = Process.Start(start)!;
        var output = killed.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync(() => Position(folder.Of("position")) >= Behind || killed.HasExited);
        killed.Kill(entireProcessTree: true);
        await killed.WaitForExitAsync();
        var index = Position(folder.Of("position"));
        var before = await output;
        var rest = OutputLines.Parse(await LabScan.OutputAsync(Scan("--rate", "4000")));

        Assert.InRange(index, Behind, ServerCount - 1);
        var summary = rest.Single(row => row.TryGetProperty("planned", out _));
        Assert.Equal((ServerCount, ServerCount), (Number(summary, "planned"), Number(summary, "open")));
        Assert.InRange(rest.Count - 1, 1, ServerCount - index);
        var found = OutputLines.Parse(before).Concat(rest).Where(row => row.TryGetProperty("port", out _)).ToArray();
        Assert.All(found, row => IsShown(_plain, "TLS 1.2", row));
        Assert.Equal(ServerCount, found.Select(row => Text(row, "address")).Distinct().Count());
        Assert.False(File.Exists(folder.Of("position")));
    }

    private static long Position(string file) => File.Exists(file)
        ? Number(JsonElement.Parse(File.ReadAllText(file)).GetProperty("checkpoint").GetProperty("scan"), "index")
        : 0;

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

    private async Task<IReadOnlyList<JsonElement>> ScanAsync(string ports, TimeSpan patience)
    {
        var scope = Path.GetTempFileName();
        await File.WriteAllTextAsync(scope, Scope());
        var output = await LabScan.OutputAsync(_lab.InScanner(
            "dotnet",
            typeof(NetworkLab).Assembly.Location, "scan", "tls", $"{NetworkLab.Gateway}", "-p", ports, "--sni", $"{TlsServers.Name},other.example",
            "--patience", $"{patience.TotalSeconds}", "--retries", "3", "--scope", scope, "--progress", "none"));
        File.Delete(scope);
        return OutputLines.Parse(output);
    }

    private async Task<IReadOnlyList<JsonElement>> TaskAsync(string input)
    {
        var start = _lab.InScanner("dotnet", [typeof(TaskMesh.Workers.BareMetal.Scanning.RawScanner).Assembly.Location]);
        start.Environment["TASKMESH_TASK"] = $$"""{"kind":"tls-scan","input":{{input}},"scope":[{{Scope()}}]}""";
        return OutputLines.Parse(await LabScan.OutputAsync(start));
    }

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
