using System.Diagnostics;
using TaskMesh.Cli;
using TaskMesh.Cli.Lab;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>What people type and did not mean: a sentence, an exit code, and no packet.</summary>
public sealed class ScanBadInputTests : IDisposable
{
    private const string Targets = "198.19.0.0/24";

    private readonly TemporaryFolder _folder = new();

    public ScanBadInputTests()
    {
        File.WriteAllText(_folder.Of("scope.json"), $$"""
            {"authoriser":"the tests","reference":"lab","allow":["{{Targets}}","198.18.0.0/24","203.0.113.0/24"],"allowPrivate":true,
             "validFrom":"2020-01-01T00:00:00Z","validUntil":"2100-01-01T00:00:00Z"}
            """);
        File.WriteAllText(_folder.Of("empty"), "# nobody yet\n");
    }

    public static TheoryData<int, string, string[]> Mistakes => new()
    {
        { ExitCode.Usage, "'198.19.0.0/33' ", ["198.19.0.0/33", "-p", "80"] },
        { ExitCode.Usage, "--port: '0' ", [Targets, "-p", "0"] },
        { ExitCode.Usage, "--port: '65536' ", [Targets, "-p", "65536"] },
        { ExitCode.Usage, "There are no targets", ["--list", "empty", "-p", "80"] },
        { ExitCode.Usage, "'nobody.invalid' is no address, and no name that can be resolved.", ["nobody.invalid", "-p", "80"] },
        { ExitCode.Usage, "wire: 'pigeon' is none of pcap, packet and xdp", [Targets, "-p", "80", "--wire", "pigeon"] },
        { ExitCode.Refused, "'192.0.2.1' is outside the scope 'lab'", ["192.0.2.1", "-p", "80"] },
        { ExitCode.Refused, "No scope is given, so nothing may be scanned", ["nobody.invalid", "-p", "80", "--scope", ""] },
        { ExitCode.Unavailable, "There is no way to 203.0.113.1: Network is unreachable.", ["203.0.113.1", "-p", "80"] },
        { ExitCode.Unavailable, "There is no interface nowhere0.", [Targets, "-p", "80", "--interface", "nowhere0"] },
        { ExitCode.Unavailable, "The wire 'packet' needs one next hop for all targets", ["198.18.0.2-198.18.0.4", "-p", "80", "--wire", "packet"] },
    };

    public void Dispose() => _folder.Dispose();

    [LabTheory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public async Task A_mistake_is_told_in_a_sentence_and_nothing_is_sent(int code, string sentence, string[] arguments)
    {
        await using var lab = await NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new(41), CancellationToken.None);
        string[] scope = arguments.Contains("--scope") ? [] : ["--scope", "scope.json"];
        var start = lab.InScanner(
            "dotnet", [CliProcess.Program, "scan", "syn", "--progress", "none", .. scope, .. arguments.TakeWhile(argument => argument != "--scope")]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.WorkingDirectory = _folder.Path;
        start.Environment.Remove("TASKMESH_SCOPE");

        var answer = await CliProcess.EndAsync(Process.Start(start)!);

        Assert.Equal(code, answer.Code);
        Assert.Contains(sentence, answer.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.CountsAsync(CancellationToken.None)).Syns);
    }
}
