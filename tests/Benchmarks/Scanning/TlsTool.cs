using System.Globalization;
using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>A client that collects certificates: its command line, and how many it says it got.</summary>
/// <param name="Command">Of the number of hosts to ask.</param>
/// <param name="Hosts">How many it is asked for: slow ones get fewer.</param>
/// <param name="Certificates">From its standard output.</param>
internal sealed record TlsTool(string Name, Func<int, IEnumerable<string>> Command, int Hosts, Func<string, long> Certificates)
{
    public const string Name443 = "leaf.example";

    /// <summary>Packets per second that nobody reaches here.</summary>
    private const int Unlimited = 1_000_000;

    /// <param name="folder">For their files.</param>
    public static IEnumerable<TlsTool> All(string folder)
    {
        var scope = Path.Combine(folder, "scope.json");
        File.WriteAllText(scope, JsonSerializer.Serialize(new
        {
            authoriser = "the bench",
            reference = "a network of its own",
            validFrom = TimeProvider.System.GetUtcNow().AddHours(-1),
            validUntil = TimeProvider.System.GetUtcNow().AddHours(6),
            allow = new[] { ScanBed.Targets },
            allowPrivate = true,
        }));
        yield return new(
            "taskmesh",
            hosts =>
            [
                "dotnet", Repository.PathOf("artifacts/bin/Cli/release/TaskMesh.Cli.dll"), "scan", "tls", TlsBed.Range(hosts), "--sni", Name443,
                "--scope", scope, "--rate", $"{Unlimited}", "--source", ScanBed.Source, "--progress", "none",
            ],
            65_536,
            output => JsonElement.Parse(output.TrimEnd('\n').Split('\n')[^1]).GetProperty("certificates").GetInt64());
        var go = Path.Combine(folder, "grab");
        var source = Repository.PathOf("tests/Benchmarks/peers/grab/main.go");
        Shell.Run("sh", "-c", $"GOCACHE={folder}/go-cache GO111MODULE=off go build -o {go} {source}");
        yield return new("go", hosts => [go, $"{hosts}", "full"], 32_768, Number);
        yield return new("go, no further", hosts => [go, $"{hosts}", "certificate"], 32_768, Number);
        yield return new(
            "sslstream", hosts => ["dotnet", typeof(TlsTool).Assembly.Location, "grab", $"{hosts}"], 4096, Number);
        yield return new(
            "s_time",
            _ => ["openssl", "s_time", "-connect", "10.16.0.1:443", "-new", "-time", "4"],
            0,
            output => Number(output.Split('\n').First(line => line.Contains(" connections in ", StringComparison.Ordinal))));
    }

    private static long Number(string output) => long.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture);
}
