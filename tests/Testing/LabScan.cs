using System.Diagnostics;
using System.Text.Json;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.ScanHost;

namespace TaskMesh.Testing;

/// <summary>Scans by the product's scanner in a process of its own, in the lab's scanner namespace or here.</summary>
public static class LabScan
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Task<ScanReport> RunAsync(NetworkLab lab, ScanRequest request) => RunAsync(Start(lab.InScanner, request));

    public static Task<ScanReport> RunAsync(ScanRequest request) => RunAsync(Start((program, arguments) => new(program, arguments), request));

    /// <param name="within">Makes the command that runs a program with arguments.</param>
    public static ProcessStartInfo Start(Func<string, IEnumerable<string>, ProcessStartInfo> within, ScanRequest request) =>
        within("dotnet", [typeof(ScanRequest).Assembly.Location, JsonSerializer.Serialize(request)]);

    public static async Task<ScanReport> RunAsync(ProcessStartInfo start) =>
        JsonSerializer.Deserialize<ScanReport>(await OutputAsync(start))!;

    /// <summary>Everything that a program prints. It fails with what the program says when the program fails.</summary>
    public static async Task<string> OutputAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var problem = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{start.FileName}: {output}{await problem}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>The findings that a perfect scan reports: what answers, as <see cref="ScanReport.Findings"/> spells it.</summary>
    public static IReadOnlyList<string> Findings(this LabTruth truth, AddressRange targets, string ports) =>
    [
        .. truth.Of(new([targets]), PortSet.Parse(ports))
            .Where(each => each.State != PortState.NoAnswer)
            .Select(each => $"{each.Address} {each.Port} {each.State}")
            .Order(StringComparer.Ordinal),
    ];
}
