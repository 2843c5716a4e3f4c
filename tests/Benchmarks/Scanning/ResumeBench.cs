using System.Globalization;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>
/// A scan of a million ports that takes a minute, killed once it has sent six tenths of its probes, and taken up again: what the second attempt
/// sends, and whether both together say what one says that nobody disturbs. Otherwise the exit code is 1.
/// </summary>
internal static class ResumeBench
{
    private const string Ports = "1-977";
    private const double KilledAt = 0.6;
    private const double MostAgain = 0.45;

    /// <summary>A quarter of the ports is silent and is asked twice, so a minute has 1.25 probes for each.</summary>
    private const int PacketsPerSecond = 21_000;

    private static readonly AddressRange Targets = AddressRange.Parse("198.19.0.0/22");

    public static async Task RunAsync(int[] size, CancellationToken cancellation)
    {
        await using var lab = await NetworkLab.BuildAsync(Targets, new LabTruth(1), cancellation);
        using var folder = new TemporaryFolder();
        var scan = await ResumedScan.RunAsync(
            lab, Ports, folder, PacketsPerSecond, PacketsPerSecond, (_, syns, whole) => syns >= whole * KilledAt);

        var isEqual = scan.WholeEnds.SequenceEqual(scan.RestEnds) && scan.WholeOpen.SequenceEqual(scan.BothOpen);
        var again = scan.RestSyns / (double)scan.WholeSyns;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            probes of the undisturbed scan   {scan.WholeSyns}
            sent when the other was killed   {scan.KilledSyns} ({100.0 * scan.KilledSyns / scan.WholeSyns:0.0} %), the checkpoint at {scan.KilledAt}
            sent by the second attempt       {scan.RestSyns} ({100 * again:0.0} %, at most {100 * MostAgain:0} %)
            the result                       {(isEqual ? "equals" : "DIFFERS FROM")} the undisturbed one: {string.Join(", ", scan.RestEnds)}
            """));
        if (!isEqual || again > MostAgain)
            Environment.ExitCode = 1;
    }
}
