using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TaskMesh.Testing;
using Xunit.Abstractions;

namespace TaskMesh.Integration.Workers.BareMetal;

/// <summary>The unit that runs the worker on EC2, in the eyes of systemd.</summary>
public sealed partial class SystemdUnitTests(ITestOutputHelper output) : IDisposable
{
    private const string Unit = "taskmesh-worker.service";

    /// <summary>From 0, exposed to nothing, to 10. What is left is the network, raw packets and a compiler at run time.</summary>
    private const double MostExposure = 2.5;

    private readonly TemporaryFolder _folder = new();

    [SystemdFact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit() => Assert.Equal((0, ""), await AnalyzeAsync("verify"));

    [SystemdFact]
    public async Task The_worker_may_do_little_but_scan()
    {
        var (_, answer) = await AnalyzeAsync("security", "--offline=yes");

        var exposure = double.Parse(Exposure().Match(answer).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        output.WriteLine($"exposure {exposure}");
        Assert.InRange(exposure, 0, MostExposure);
    }

    [Fact]
    public void Of_root_it_has_raw_packets_only()
    {
        var unit = File.ReadAllLines(Repository.PathOf($"src/Workers.BareMetal/systemd/{Unit}"));

        Assert.Contains("AmbientCapabilities=CAP_NET_RAW", unit);
        Assert.Contains("CapabilityBoundingSet=CAP_NET_RAW", unit);
        Assert.Contains("NoNewPrivileges=yes", unit);
        Assert.Contains("SuccessAction=poweroff", unit);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int ExitCode, string Answer)> AnalyzeAsync(params string[] arguments)
    {
        // The program that the unit starts need not be where this runs.
        var unit = await File.ReadAllTextAsync(Repository.PathOf($"src/Workers.BareMetal/systemd/{Unit}"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, Unit), unit.Replace("/usr/bin/dotnet", "/bin/true", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo(SystemdFactAttribute.Analyze, [.. arguments, Path.Combine(_folder.Path, Unit)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var answers = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(answers));
    }

    [GeneratedRegex(@"exposure level for taskmesh-worker\.service: ([0-9.]+)")]
    private static partial Regex Exposure();
}
