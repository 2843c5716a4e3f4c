using System.Diagnostics;
using TaskMesh.Cli;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

public sealed class DemoTests : IDisposable
{
    private const string Seed = "42";

    /// <summary>Where the demo makes its folder.</summary>
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LabFact]
    public async Task The_demo_finds_all_that_its_lab_holds_and_nothing_else()
    {
        using var demo = Start();

        var answer = (await CliProcess.EndAsync(demo)).Good();

        var open = new LabTruth(ulong.Parse(Seed)).Of(new([NetworkLab.DefaultTargets]), PortSet.Parse("1-100"))
            .Count(port => port.State == PortState.Open);
        Assert.Contains($"lab: {NetworkLab.DefaultTargets}, ports 1-100, seed {Seed}\n", answer.Errors);
        Assert.Equal(
            $"demo: {open} of {open} open ports found, 0 false, 3 queues used, 1 worker launched, 1 worker gone idle", LastLine(answer.Output));
        NothingIsLeft(demo, []);
    }

    [LabFact]
    public async Task A_demo_that_is_interrupted_leaves_nothing_behind()
    {
        using var demo = Start();
        while (await demo.StandardError.ReadLineAsync() is { } line && !line.Contains("tcp-syn"))
        {
            // The mesh starts, and works.
        }
        var children = Processes.Below(demo.Id);
        Assert.NotEmpty(children);
        Assert.NotEmpty(Namespaces(demo));

        using var kill = Process.Start("kill", ["-INT", $"{demo.Id}"]);
        var answer = await CliProcess.EndAsync(demo);

        Assert.Equal((ExitCode.Interrupted, ""), (answer.Code, answer.Output));
        NothingIsLeft(demo, children);
    }

    /// <summary>As in an ordinary container: root without the capability that namespaces need.</summary>
    [RootFact]
    public async Task Where_namespaces_cannot_be_made_the_demo_says_so_and_scans_loopback()
    {
        using var demo = Start("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin");

        var answer = (await CliProcess.EndAsync(demo)).Good();

        Assert.Contains("Network namespaces cannot be made here", answer.Errors);
        Assert.Contains("The demo scans this machine's loopback network instead, where no port is silent.\n", answer.Errors);
        Assert.Matches("^demo: ([0-9]+) of \\1 open ports found, 0 false, 3 queues used, ", LastLine(answer.Output));
        NothingIsLeft(demo, []);
    }

    private Process Start(params string[] wrapper) =>
        CliProcess.Start(new Dictionary<string, string> { ["TMPDIR"] = _folder.Path }, ["demo", "--seed", Seed], wrapper);

    private void NothingIsLeft(Process demo, IEnumerable<int> children)
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path, "tm-*"));
        Assert.Empty(Namespaces(demo));
        Assert.DoesNotContain(children, Processes.IsAlive);
    }

    private static IEnumerable<string> Namespaces(Process demo) =>
        Directory.Exists("/run/netns") ? Directory.EnumerateFiles("/run/netns", $"tm-{demo.Id}-*") : [];

    private static string LastLine(string output) => output.TrimEnd('\n').Split('\n')[^1];
}
