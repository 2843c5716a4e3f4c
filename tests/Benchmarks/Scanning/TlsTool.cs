using System.Globalization;
using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>A client that collects certificates: its command line, and how many it says it got.</summary>
/// <param name="Hosts">How many it is asked for: slow ones get fewer.</param>
/// <param name="Certificates">From its standard output.</param>
internal sealed record TlsTool(string Name, IEnumerable<string> Command, int Hosts, Func<string, long> Certificates)
{
    public const string ServerName = "leaf.example";

    /// <summary>Packets per second that nobody reaches here.</summary>
    private const int Unlimited = 1_000_000;

    private const int Many = 65_536, Some = 32_768, Few = 4096;

    /// <param name="folder">For their files.</param>
    public static IReadOnlyList<TlsTool> ForNginx(string folder) =>
    [
        TaskMesh(folder, TlsBed.Nginx),
        new("go", [Go(folder), $"{Some}", $"{TlsBed.Nginx}", "full"], Some, Number),
        new("go-certificate-only", [Go(folder), $"{Some}", $"{TlsBed.Nginx}", "certificate"], Some, Number),
        new("sslstream", ["dotnet", typeof(TlsTool).Assembly.Location, "grab", $"{Few}"], Few, Number),
        new(
            "s_time",
            ["openssl", "s_time", "-connect", $"10.16.0.1:{TlsBed.Nginx}", "-new", "-time", "4"],
            Hosts: 0,
            output => Number(output.Split('\n').First(line => line.Contains(" connections in ", StringComparison.Ordinal)))),
    ];

    /// <inheritdoc cref="ForNginx"/>
    public static IReadOnlyList<TlsTool> ForReplay(string folder) =>
    [
        TaskMesh(folder, TlsBed.Replay),
        new("go", [Go(folder), $"{Many}", $"{TlsBed.Replay}", "replayed"], Many, Number),
    ];

    /// <summary>Writes what they have in common into their folder.</summary>
    public static void Prepare(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "scope.json"), JsonSerializer.Serialize(new
        {
            authoriser = "the bench",
            reference = "a network of its own",
            validFrom = TimeProvider.System.GetUtcNow().AddHours(-1),
            validUntil = TimeProvider.System.GetUtcNow().AddHours(6),
            allow = new[] { ScanBed.Targets },
            allowPrivate = true,
        }));
        var source = Repository.PathOf("tests/Benchmarks/peers/grab/main.go");
        Shell.Run("sh", "-c", $"GOCACHE={folder}/go-cache GO111MODULE=off go build -o {Go(folder)} {source}");
    }

    private static TlsTool TaskMesh(string folder, ushort port)
    {
        var findings = Path.Combine(folder, "findings");
        return new(
            "taskmesh",
            [
                "sh", "-c", """exec "$@" > "$0" """, findings,
                "dotnet", Repository.PathOf("artifacts/bin/Cli/release/TaskMesh.Cli.dll"), "scan", "tls", TlsBed.Targets, "-p", $"{port}",
                "--sni", ServerName, "--scope", Path.Combine(folder, "scope.json"), "--rate", $"{Unlimited}", "--source", ScanBed.Source,
                "--progress", "none",
            ],
            Many,
            _ => JsonElement.Parse(File.ReadLines(findings).Last()).GetProperty("certificates").GetInt64());
    }

    private static string Go(string folder) => Path.Combine(folder, "grab");

    private static long Number(string output) => long.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture);
}
