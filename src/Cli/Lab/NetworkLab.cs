using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Lab;

/// <summary>
/// A network to scan that exists on this machine alone: a namespace for the scanner and one for the targets, joined by a virtual link.
/// In the second, a responder answers for every address by <see cref="LabTruth"/>. Needs root and iproute2.
/// </summary>
public sealed class NetworkLab : IAsyncDisposable
{
    /// <summary>Begins with the process that made it, so that labs do not meet and the remains of a killed one are known as such.</summary>
    private const string NamePrefix = "tm-";

    private const string ScannerLink = "scanner0";
    private const string TargetLink = "target0";
    private const string ScannerAddress = "198.18.0.1/24";
    private const string TargetAddress = "198.18.0.2/24";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
    private static readonly Lazy<string?> Availability = new(FindProblem);
    private static int _labs;

    private readonly string _name = $"{NamePrefix}{Environment.ProcessId}-{Interlocked.Increment(ref _labs)}";
    private Process? _responder;

    private NetworkLab(AddressRange targets, LabTruth truth)
    {
        Targets = targets;
        Truth = truth;
    }

    /// <summary>Why this machine cannot have a lab, or null.</summary>
    public static string? Unavailable => Availability.Value;

    /// <summary>Lie in the range for network benchmarks (RFC 2544), which no real host uses.</summary>
    public static AddressRange DefaultTargets { get; } = AddressRange.Parse("198.19.0.0/24");

    /// <summary>Where the scanner sends what is for the targets: an address of the targets' namespace, with an ordinary kernel behind it.</summary>
    public static Address Gateway { get; } = Address.Parse(TargetAddress.Split('/')[0]);

    public AddressRange Targets { get; }

    public LabTruth Truth { get; }

    public string ScannerNamespace => $"{_name}-scanner";

    public string TargetNamespace => $"{_name}-target";

    public static async Task<NetworkLab> BuildAsync(AddressRange targets, LabTruth truth, CancellationToken cancellation)
    {
        if (Unavailable is { } problem)
            throw new InvalidOperationException(problem);
        RemoveRemains();
        var lab = new NetworkLab(targets, truth);
        try
        {
            lab.BuildNetwork();
            await lab.StartResponderAsync(cancellation);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>A program that will run where the scanner is.</summary>
    public ProcessStartInfo InScanner(string program, params IEnumerable<string> arguments) => In(ScannerNamespace, program, arguments);

    /// <summary>A program that will run where the targets are.</summary>
    public ProcessStartInfo InTarget(string program, params IEnumerable<string> arguments) => In(TargetNamespace, program, arguments);

    /// <summary>What has arrived at the targets so far.</summary>
    public async Task<LabCounts> CountsAsync(CancellationToken cancellation)
    {
        await _responder!.StandardInput.WriteLineAsync(LabCommand.Counts.AsMemory(), cancellation);
        await _responder.StandardInput.FlushAsync(cancellation);
        var line = await ReadLineAsync(_responder, cancellation);
        return JsonSerializer.Deserialize<LabCounts>(line)!;
    }

    /// <summary>Takes the link down at the targets' end, as a pulled cable would.</summary>
    public void CutLink() => Ip($"-n {TargetNamespace} link set {TargetLink} down");

    public async ValueTask DisposeAsync()
    {
        if (_responder is not null)
        {
            _responder.StandardInput.Close();
            if (!await EndsAsync(_responder))
                _responder.Kill();
            _responder.Dispose();
            _responder = null;
        }
        Remove(ScannerNamespace);
        Remove(TargetNamespace);
    }

    private void BuildNetwork()
    {
        Ip("-batch -", $"""
            netns add {ScannerNamespace}
            netns add {TargetNamespace}
            link add {ScannerLink} netns {ScannerNamespace} type veth peer name {TargetLink} netns {TargetNamespace}
            """);
        ChecksumOffload.TurnOff(FileOf(ScannerNamespace), ScannerLink);
        ChecksumOffload.TurnOff(FileOf(TargetNamespace), TargetLink);
        // No addresses made by the kernel itself (IPv6), and no answer by it for the targets: only what a test sends is on the link.
        Ip($"-n {TargetNamespace} -batch -", $"""
            link set {TargetLink} addrgenmode none
            addr add {TargetAddress} dev {TargetLink}
            link set {TargetLink} up
            route add blackhole {Targets}
            """);
        Ip($"-n {ScannerNamespace} -batch -", $"""
            link set lo up
            link set {ScannerLink} addrgenmode none
            addr add {ScannerAddress} dev {ScannerLink}
            link set {ScannerLink} up
            route add {Targets} via {Gateway}
            """);
    }

    private async Task StartResponderAsync(CancellationToken cancellation)
    {
        var start = InTarget("dotnet",
        [
            typeof(NetworkLab).Assembly.Location, "lab", "respond",
            "--interface", TargetLink,
            "--targets", Targets.ToString(),
            "--seed", Truth.Seed.ToString(CultureInfo.InvariantCulture),
            "--open", Truth.Open.ToString(CultureInfo.InvariantCulture),
            "--silent", Truth.Silent.ToString(CultureInfo.InvariantCulture),
            .. Truth.Forges ? ["--forge"] : Array.Empty<string>(),
        ]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _responder = Process.Start(start) ?? throw new IOException("The lab's responder did not start.");
        var line = await ReadLineAsync(_responder, cancellation);
        if (line != LabCommand.Ready)
            throw new IOException($"The lab's responder said '{line}'.");
    }

    private static async Task<string> ReadLineAsync(Process responder, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        return await responder.StandardOutput.ReadLineAsync(limit.Token) ?? throw new IOException("The lab's responder has ended.");
    }

    private static async Task<bool> EndsAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(StopLimit);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>By nsenter, which leaves the mounts alone; "ip netns exec" would hide /sys.</summary>
    private static ProcessStartInfo In(string name, string program, IEnumerable<string> arguments) =>
        new("nsenter", [$"--net={FileOf(name)}", program, .. arguments]);

    private static string FileOf(string name) => $"/run/netns/{name}";

    /// <summary>Another process may remove the same remains at the same time.</summary>
    private static void Remove(string name)
    {
        try
        {
            if (File.Exists(FileOf(name)))
                Ip($"netns del {name}");
        }
        catch (IOException) when (!File.Exists(FileOf(name)))
        {
        }
    }

    /// <summary>What labs left behind whose process was killed.</summary>
    private static void RemoveRemains()
    {
        foreach (var name in Directory.EnumerateFiles("/run/netns", $"{NamePrefix}*").Select(Path.GetFileName))
        {
            if (int.TryParse(name!.Split('-')[1], out var process) && !Directory.Exists($"/proc/{process}"))
                Remove(name);
        }
    }

    private static string? FindProblem()
    {
        var name = $"{NamePrefix}{Environment.ProcessId}-0";
        try
        {
            Ip($"netns add {name}");
            Remove(name);
            using var entered = Process.Start(new ProcessStartInfo("nsenter", "--version") { RedirectStandardOutput = true });
            return null;
        }
        catch (Exception problem) when (problem is IOException or System.ComponentModel.Win32Exception)
        {
            return $"Network namespaces cannot be made here: {problem.Message}";
        }
    }

    private static void Ip(string arguments, string input = "")
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardInput = true, RedirectStandardError = true })!;
        ip.StandardInput.Write(input);
        ip.StandardInput.Close();
        var problem = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
            throw new IOException($"ip {arguments}: {problem.Trim()}");
    }
}
