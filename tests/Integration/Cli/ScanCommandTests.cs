using System.Diagnostics;
using TaskMesh.Cli;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary><c>taskmesh scan syn</c> as its users start it, in a network of its own.</summary>
public sealed class ScanCommandTests : IDisposable
{
    private const int Planned = 25_600;
    private const string HundredPorts = "1-100";
    private const string Source = "198.18.0.1";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LabFact]
    public async Task A_killed_scan_goes_on_where_it_was_and_ends_as_if_nothing_had_happened()
    {
        await using var lab = await BuildAsync(seed: 31);

        var scan = await ResumedScan.RunAsync(lab, HundredPorts, _folder, 20_000, killedRate: 4000, (index, _, _) => index >= Planned * 6 / 10);

        Assert.InRange(scan.RestSyns, 1, scan.WholeSyns * 45 / 100);
        Assert.Equal(scan.WholeEnds, scan.RestEnds);
        Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts).Where(IsOpen), scan.BothOpen);
        Assert.False(File.Exists(_folder.Of("position")));
    }

    [LabFact]
    public async Task A_scan_that_is_interrupted_at_a_terminal_says_so_and_loses_no_line()
    {
        await using var lab = await BuildAsync(seed: 35);
        // A group of its own, as a shell makes one: the interrupt comes to the command and its worker.
        using var scan = Process.Start(Wrapped(Command(lab, "--rate", "4000", "--resume", _folder.Of("position")), "setsid"))!;
        await Eventually.GetAsync(() => Task.FromResult(Position()), index => index >= Planned / 10);

        Processes.Signal("INT", -scan.Id);
        var interrupted = await CliProcess.EndAsync(scan);
        var rest = await ScanAsync(lab, "--rate", "20000", "--resume", _folder.Of("position"));

        Assert.Equal((ExitCode.Interrupted, "Stopped before the end.\n"), (interrupted.Code, interrupted.Errors));
        Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts).Where(IsOpen), Open(interrupted.Output, rest.Output));
    }

    [LabFact]
    public async Task A_scan_that_nobody_reads_any_more_ends_quietly()
    {
        await using var lab = await BuildAsync(seed: 36);
        using var scan = Process.Start(Command(lab, "--rate", "1000"))!;
        await scan.StandardOutput.ReadLineAsync();

        scan.StandardOutput.Close();
        var errors = await scan.StandardError.ReadToEndAsync();
        await scan.WaitForExitAsync();

        Assert.Equal((ExitCode.Success, ""), (scan.ExitCode, errors));
        Assert.InRange(await SynsAsync(lab), 1, Planned / 2);
    }

    [LabFact]
    public async Task No_packet_is_sent_for_a_command_that_was_killed()
    {
        await using var lab = await BuildAsync(seed: 34);
        using var killed = Process.Start(Command(lab, "--rate", "100", "--seed", "5"))!;
        await Eventually.GetAsync(() => SynsAsync(lab), syns => syns > 0);
        var worker = Assert.Single(Directory.GetDirectories($"/proc/{killed.Id}/task")
            .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        killed.Kill();

        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{worker}"));
    }

    [LabFact]
    public async Task A_recording_answers_in_the_place_of_the_network()
    {
        await using var lab = await BuildAsync(seed: 32);
        var recorded = await ScanAsync(lab, "--rate", "20000", "--seed", "6", "--source", Source, "--record", _folder.Of("packets.pcap"));
        var syns = await SynsAsync(lab);

        var replayed = await ScanAsync(lab, "--rate", "20000", "--seed", "6", "--source", Source, "--replay", _folder.Of("packets.pcap"));

        Assert.Equal(Open(recorded.Output), Open(replayed.Output));
        Assert.Equal(lab.Truth.Findings(lab.Targets, HundredPorts).Where(IsOpen), Open(recorded.Output));
        Assert.Equal(syns, await SynsAsync(lab));
    }

    [LabFact]
    public async Task Another_interface_than_the_one_named_is_not_used()
    {
        await using var lab = await BuildAsync(seed: 33);

        var refused = await CliProcess.EndAsync(Process.Start(Command(lab, "--interface", "lo"))!);

        Assert.Equal(ExitCode.Unavailable, refused.Code);
        Assert.Contains("scanner0", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await SynsAsync(lab));
    }

    private static Task<NetworkLab> BuildAsync(ulong seed) => NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new(seed), CancellationToken.None);

    private static async Task<long> SynsAsync(NetworkLab lab) => (await lab.CountsAsync(CancellationToken.None)).Syns;

    private static bool IsOpen(string finding) => finding.EndsWith($" {PortState.Open}", StringComparison.Ordinal);

    private static IReadOnlyList<string> Open(params string[] outputs) => ResumedScan.Open(outputs.SelectMany(OutputLines.Parse));

    private async Task<CliAnswer> ScanAsync(NetworkLab lab, params string[] options)
    {
        using var process = Process.Start(Command(lab, options))!;
        return (await CliProcess.EndAsync(process)).Good();
    }

    private ProcessStartInfo Command(NetworkLab lab, params string[] options) => ResumedScan.Command(lab, HundredPorts, _folder, options);

    /// <summary>By env, since an interrupt that this process ignores its children would ignore too.</summary>
    private static ProcessStartInfo Wrapped(ProcessStartInfo start, string wrapper)
    {
        string[] command = [start.FileName, .. start.ArgumentList];
        start.FileName = "env";
        start.ArgumentList.Clear();
        foreach (var argument in (string[])["--default-signal=INT", wrapper, .. command])
            start.ArgumentList.Add(argument);
        return start;
    }

    private long Position() => ResumedScan.Position(_folder.Of("position"));
}
