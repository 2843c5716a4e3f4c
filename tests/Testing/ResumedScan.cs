using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TaskMesh.Cli;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;

namespace TaskMesh.Testing;

/// <summary><c>taskmesh scan syn</c> of a whole lab: once undisturbed, and once killed on the way and taken up again.</summary>
/// <param name="WholeSyns">Connection requests that the targets saw of the first; <paramref name="RestSyns"/> of what was taken up.</param>
/// <param name="KilledAt">The place up to which everything was over when the second was killed.</param>
/// <param name="WholeEnds">How every target ended; <paramref name="RestEnds"/> as the one that was taken up tells it.</param>
/// <param name="WholeOpen">Open ports, sorted; <paramref name="BothOpen"/> those that the killed one and its successor told.</param>
public sealed record ResumedScan(
    long WholeSyns,
    long KilledSyns,
    long RestSyns,
    long KilledAt,
    IReadOnlyList<string> WholeEnds,
    IReadOnlyList<string> RestEnds,
    IReadOnlyList<string> WholeOpen,
    IReadOnlyList<string> BothOpen)
{
    private static readonly string[] Endings = ["planned", "open", "closed", "filtered", "noAnswer", "outOfScope", "notSent"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="isTime">
    /// Whether to kill it now: by its checkpoint, and by the connection requests that the targets saw of it and of the undisturbed one.
    /// </param>
    public static async Task<ResumedScan> RunAsync(
        NetworkLab lab, string ports, TemporaryFolder folder, int wholeRate, int killedRate, Func<long, long, long, bool> isTime)
    {
        var position = folder.Of("position");
        string[] resume = ["--resume", position];
        var whole = OutputLines.Parse(await LabScan.OutputAsync(Command(lab, ports, folder, "--rate", $"{wholeRate}", "--seed", "5")));
        var wholeSyns = await SynsAsync(lab);

        using var killed = Process.Start(Command(lab, ports, folder, ["--rate", $"{killedRate}", "--seed", "5", .. resume]))!;
        killed.StandardInput.Close();
        var before = killed.StandardOutput.ReadToEndAsync();
        await Eventually.GetAsync(
            async () => killed.HasExited || isTime(Position(position), await SynsAsync(lab) - wholeSyns, wholeSyns), isTime => isTime, Patience);
        killed.Kill(entireProcessTree: true);
        await killed.WaitForExitAsync();
        var killedSyns = await SynsAsync(lab) - wholeSyns;
        var killedAt = Position(position);
        var rest = OutputLines.Parse(await LabScan.OutputAsync(Command(lab, ports, folder, ["--rate", $"{wholeRate}", .. resume])));

        var restSyns = await SynsAsync(lab) - wholeSyns - killedSyns;
        return new(
            wholeSyns, killedSyns, restSyns, killedAt, Ends(whole), Ends(rest), Open(whole), Open([.. OutputLines.Parse(await before), .. rest]));
    }

    /// <summary>The command as its users start it, with its scope in the folder.</summary>
    public static ProcessStartInfo Command(NetworkLab lab, string ports, TemporaryFolder folder, params string[] options)
    {
        var scope = folder.Of("scope.json");
        File.WriteAllText(scope, $$"""
            {"authoriser":"the tests","reference":"a network of their own","allow":["{{lab.Targets}}"],"allowPrivate":true,
             "validFrom":"2020-01-01T00:00:00Z","validUntil":"2100-01-01T00:00:00Z"}
            """);
        var start = lab.InScanner(
            "dotnet",
            [typeof(ExitCode).Assembly.Location, "scan", "syn", $"{lab.Targets}", "-p", ports, "--scope", scope, "--progress", "none", .. options]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return start;
    }

    /// <summary>The place up to which everything is over, as a file for --resume says.</summary>
    public static long Position(string file) => File.Exists(file)
        ? JsonElement.Parse(File.ReadAllText(file)).GetProperty("checkpoint").GetProperty("scan").GetProperty("index").GetInt64()
        : 0;

    /// <summary>"address port Open", sorted.</summary>
    public static IReadOnlyList<string> Open(IEnumerable<JsonElement> lines) =>
    [
        .. lines.Where(line => line.TryGetProperty("state", out var state) && state.GetString() == nameof(PortState.Open))
            .Select(line => $"{line.GetProperty("address")} {line.GetProperty("port")} {PortState.Open}")
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static async Task<long> SynsAsync(NetworkLab lab) => (await lab.CountsAsync(CancellationToken.None)).Syns;

    private static IReadOnlyList<string> Ends(IReadOnlyList<JsonElement> lines) =>
        [.. Endings.Select(field => string.Create(CultureInfo.InvariantCulture, $"{field} {lines[^1].GetProperty(field).GetInt64()}"))];
}
