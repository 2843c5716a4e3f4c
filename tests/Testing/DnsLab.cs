using System.Diagnostics;
using System.Text.Json;
using TaskMesh.Cli;
using TaskMesh.Cli.Lab;
using TaskMesh.ScanHost;

namespace TaskMesh.Testing;

/// <summary>Name servers behind the lab's link, and <c>taskmesh scan dns</c> in front of it.</summary>
public sealed class DnsLab : IAsyncDisposable
{
    private const string Servers = "198.18.1.0/24";
    private const string ServersV6 = "fd00::/64";

    private readonly NetworkLab _lab;
    private readonly TemporaryFolder _folder = new();
    private Process? _servers;

    private DnsLab(NetworkLab lab) => _lab = lab;

    /// <param name="manners">One server for each, at 198.18.1.1 and so on, and again on the link itself, at fd00::51 and so on.</param>
    public static async Task<DnsLab> BuildAsync(params string[] manners)
    {
        var lab = new DnsLab(await NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new LabTruth(1), CancellationToken.None));
        try
        {
            await lab.StartAsync(manners);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Address of the server with a number, from 1.</summary>
    public static string Server(int number, bool isV6 = false) => isV6 ? $"fd00::5{number}" : $"198.18.1.{number}";

    /// <summary>Runs the command until it ends.</summary>
    public async Task<DnsLabAnswer> ScanAsync(string names, string resolvers, params string[] options) =>
        await RunAsync(names, await OptionsAsync(resolvers, options));

    private async Task<string[]> OptionsAsync(string resolvers, string[] options)
    {
        var scope = _folder.Of("scope.json");
        await File.WriteAllTextAsync(scope, $$"""
            {
              "authoriser": "the test", "reference": "lab", "validFrom": "2020-01-01T00:00:00Z", "validUntil": "2120-01-01T00:00:00Z",
              "allow": ["{{Servers}}", "{{ServersV6}}", "203.0.113.0/24", "*.{{LabZone.Apex}}"],
              "deny": ["secret.{{LabZone.Apex}}"], "allowPrivate": true
            }
            """);
        string[] rate = options.Contains("--rate") ? [] : ["--rate", "4000"];
        return ["-r", resolvers, "--scope", scope, "--resolver-rate", "4000", .. rate, .. options];
    }

    /// <summary>Runs the command until something is the case, and kills it then.</summary>
    public async Task<DnsLabAnswer> KillAsync(Func<bool> when, string names, string resolvers, params string[] options)
    {
        using var process = Start(await OptionsAsync(resolvers, options));
        await process.StandardInput.WriteAsync(names);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await Eventually.TrueAsync(() => when() || process.HasExited);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        var lines = await output;
        return new(process.ExitCode, OutputLines.Parse(lines), await errors);
    }

    public async Task<DnsLabAnswer> RunAsync(string names, IEnumerable<string> options)
    {
        using var process = Start(options);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.StandardInput.WriteAsync(names);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, OutputLines.Parse(output), await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(IEnumerable<string> options)
    {
        var start = _lab.InScanner("dotnet", [typeof(ExitCode).Assembly.Location, "scan", "dns", "-l", "-", "--progress", "none", .. options]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_servers is not null)
        {
            _servers.Kill();
            _servers.Dispose();
        }
        await _lab.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync(string[] manners)
    {
        await InTargetAsync("ip", "link", "set", "lo", "up");
        for (var number = 1; number <= manners.Length; number++)
        {
            await InTargetAsync("ip", "addr", "add", $"{Server(number)}/32", "dev", "lo");
            await InTargetAsync("ip", "-6", "addr", "add", $"{Server(number, isV6: true)}/64", "dev", "target0", "nodad");
        }
        await LabScan.OutputAsync(_lab.InScanner("ip", "-6", "addr", "add", "fd00::1/64", "dev", "scanner0", "nodad"));
        await LabScan.OutputAsync(_lab.InScanner("ip", "route", "add", Servers, "via", $"{NetworkLab.Gateway}"));
        var pairs = manners.SelectMany((manner, place) => new[] { $"{Server(place + 1)}={manner}", $"{Server(place + 1, isV6: true)}={manner}" });
        var start = _lab.InTarget("dotnet", [typeof(LabZone).Assembly.Location, "name-servers", .. pairs]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        _servers = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        if (await _servers.StandardOutput.ReadLineAsync(limit.Token) != "ready")
            throw new IOException("The lab's name servers did not start.");
    }

    private Task<string> InTargetAsync(string program, params string[] arguments) => LabScan.OutputAsync(_lab.InTarget(program, arguments));
}

/// <param name="Lines">The JSON lines, the summary last.</param>
public sealed record DnsLabAnswer(int Code, IReadOnlyList<JsonElement> Lines, string Errors)
{
    public JsonElement Summary => Lines[^1];

    /// <summary>"name type value" of every record that answers, "name type" of a finding without; sorted.</summary>
    public IReadOnlyList<string> Findings => Of(Lines.SkipLast(1));

    /// <summary>The same of a scan that has not come to its summary.</summary>
    public IReadOnlyList<string> AllFindings => Of(Lines);

    private static IReadOnlyList<string> Of(IEnumerable<JsonElement> lines) =>
    [
        .. lines.SelectMany(line => line.GetProperty("records").EnumerateArray().Select(record =>
                $"{line.GetProperty("name")} {record.GetProperty("owner")} {record.GetProperty("type")} {record.GetProperty("value")}"))
            .Order(StringComparer.Ordinal),
    ];

    public long Count(string field) => Summary.GetProperty(field).GetInt64();
}
