using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>A scanner: its command line for a case, and what it says is open.</summary>
/// <param name="Command">Of a case and the file for its findings.</param>
/// <param name="Open">The address in a line of its findings; null where the line tells of no open port.</param>
internal sealed record SynTool(string Name, Func<SynCase, string, IEnumerable<string>> Command, Func<string, string?> Open)
{
    /// <param name="folder">For their files.</param>
    public static Dictionary<string, SynTool> All(string folder)
    {
        var nothing = Path.Combine(folder, "nothing");
        File.WriteAllText(nothing, "");
        return new SynTool[] { TaskMesh(Scope(folder)), Zmap(nothing), Masscan() }.ToDictionary(tool => tool.Name);
    }

    /// <summary>Writes what the bench may scan.</summary>
    public static string Scope(string folder)
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
        return scope;
    }

    /// <summary>The product as its users start it, with findings in a file.</summary>
    public static IEnumerable<string> TaskMeshCommand(string scope, string findings, string targets, string ports, params string[] options) =>
    [
        "sh", "-c", """exec "$@" > "$0" """, findings,
        "dotnet", Repository.PathOf("artifacts/bin/Cli/release/TaskMesh.Cli.dll"), "scan", "syn", targets, "-p", ports, "--scope", scope,
        "--source", ScanBed.Source, "--progress", "none", .. options,
    ];

    private static SynTool TaskMesh(string scope) => new(
        "taskmesh",
        (each, findings) => TaskMeshCommand(
            scope,
            findings,
            each.Targets,
            $"{SynCase.Port}",
            [
                "--rate", $"{each.Rate}", "--retries", $"{each.Retries}",
                .. each.Closed == Closed.Reported ? ["--closed"] : each.Closed == Closed.Refusing ? ["--open-only"] : Array.Empty<string>(),
            ]),
        line => line.StartsWith('{') && JsonElement.Parse(line) is var row && row.TryGetProperty("state", out var state)
            && string.Equals(state.GetString(), "open", StringComparison.OrdinalIgnoreCase) ? row.GetProperty("address").GetString() : null);

    private static SynTool Zmap(string emptyFile) => new(
        "zmap",
        (each, findings) =>
        [
            "zmap", each.Targets, "-p", $"{SynCase.Port}", "-i", ScanBed.ScannerLink, "-G", ScanBed.TargetMac, "-S", ScanBed.Source,
            "-r", $"{(each.Rate == SynCase.Unlimited ? 0 : each.Rate)}", "-P", $"{each.Retries + 1}", "-c", "2",
            "-b", emptyFile, "-q", "-v", "0", "--disable-syslog", "-o", findings, "-O", "csv", "-f", "classification,saddr",
            .. each.Closed == Closed.Reported ? ["--output-filter=repeat = 0"] : Array.Empty<string>(),
        ],
        line => line.StartsWith("synack,", StringComparison.Ordinal) ? line["synack,".Length..] : null);

    private static SynTool Masscan() => new(
        "masscan",
        (each, findings) =>
        [
            "masscan", each.Targets, "-p", $"{SynCase.Port}", "-e", ScanBed.ScannerLink, "--router-mac", ScanBed.TargetMac.Replace(':', '-'),
            "--source-ip", ScanBed.Source, "--rate", $"{each.Rate}", "--retries", $"{each.Retries}", "--wait", "2", "-oL", findings,
            .. each.Closed == Closed.Reported ? ["--show", "closed"] : Array.Empty<string>(),
        ],
        line => line.StartsWith("open tcp", StringComparison.Ordinal) ? line.Split(' ')[3] : null);
}
