using System.Net;
using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>From a domain to the certificates of the servers behind its names, as docs/workflow.md shows it.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class ScanChainTests(LocalMeshFixture mesh)
{
    private const string Organisation = "chain";

    /// <summary>Port 53 of an address can be had once: another run of the tests has another process.</summary>
    private static readonly string Resolver = $"127.53.{Environment.ProcessId / 250 % 250}.{(Environment.ProcessId % 250) + 1}";

    [RawSocketFact]
    public async Task A_domain_becomes_names_addresses_open_ports_and_certificates()
    {
        await SetScopeAsync();
        await using var names = await NameServers.StartAsync(Resolver);
        using var server = new TlsTestServer(
            IPAddress.Parse("127.0.10.1"), $"web1.{LabZone.Apex}", $"web1.{LabZone.Apex}", $"new.{LabZone.Apex}");
        var example = File.ReadAllText(Repository.PathOf("docs/workflow.md"));
        var workflow = Example(example)
            .Replace("192.0.2.53", Resolver, StringComparison.Ordinal)
            .Replace("example.com", LabZone.Apex, StringComparison.Ordinal)
            .Replace("443", $"{server.Port}", StringComparison.Ordinal)
            // However busy this machine is.
            .Replace("\"into\":\"collected\"", "\"patience\":60,\"into\":\"collected\"", StringComparison.Ordinal)
            .Replace("\"acme\"", $"\"{Organisation}\"", StringComparison.Ordinal);

        (await mesh.RunWithInputAsync(workflow, "run", "--file", "-")).Good();

        Assert.Equal(
            "example.test A 203.0.113.1, example.test AAAA 2001:db8::1, "
                + "shop CNAME web1.example.test, web1 A 127.0.10.1, web2 A 127.0.10.2",
            await RowsAsync("replace(name, '.example.test', '') || ' ' || type || ' ' || value", "dns_record", "true"));
        Assert.Equal($"127.0.10.1 {server.Port}", await RowsAsync("host(address) || ' ' || port", "endpoint", "gone_at is null"));
        Assert.Equal(
            $"shop.example.test {server.Sha256}, web1.example.test {server.Sha256}",
            await RowsAsync("name || ' ' || certificate", "tls_observation", "true"));
        Assert.Equal("new.example.test web1.example.test", await RowsAsync("names", "certificate", "true"));
        Assert.Equal("example.test, new, shop, web1, web2", await RowsAsync("replace(name, '.example.test', '')", "domain", "true"));
    }

    /// <summary>The collection in the page that begins with a scan of names.</summary>
    private static string Example(string page)
    {
        var first = page.LastIndexOf("```json", page.IndexOf("dns-scan-generator", StringComparison.Ordinal), StringComparison.Ordinal);
        return page[(first + "```json".Length)..page.IndexOf("```", first + 1, StringComparison.Ordinal)];
    }

    private async Task SetScopeAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var scope = new ScanScope(
            "the tests", "chain", now.AddDays(-1), now.AddDays(1), ["127.0.0.0/8", $"*.{LabZone.Apex}"], AllowPrivate: true);
        var file = await mesh.WriteAsync("chain.json", JsonSerializer.Serialize(scope, MessageJson.Default.ScanScope));
        (await mesh.RunAsync("scope", "set", file, "--organisation", Organisation, "--reason", "tests")).Good();
    }

    private Task<string?> RowsAsync(string row, string table, string where) => mesh.QueryAsync<string>(
        $"select string_agg(row, ', ' order by row) from (select {row} as row from recon.{table} where organisation = $1 and {where}) rows",
        Organisation);
}
