using System.Buffers.Binary;
using System.Collections;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>
/// A network of 2^20 hosts that exists on this machine alone: a namespace for the scanner, one for the targets, a virtual link between them, and
/// <c>responder.bpf.c</c> in the place of the hosts. The scanner's kernel neither owns the source address nor sees an answer. Needs root.
/// </summary>
internal sealed class ScanBed : IDisposable
{
    public const string Targets = "10.16.0.0/12";
    public const int Hosts = 1 << 20;
    public const string ScannerLink = "scanner0";
    public const string TargetMac = "02:00:00:00:00:02";

    /// <summary>Answers for it come to the scanner's link, and no kernel has it.</summary>
    public const string Source = "198.18.0.9";

    private const uint Network = 0x0a100000;
    private const string TargetLink = "target0";
    private const string ScannerMac = "02:00:00:00:00:01";
    private const string Backlog = "/proc/sys/net/core/netdev_max_backlog";

    private readonly string _scanner = $"tm-{Environment.ProcessId}-bench-scanner";
    private readonly string _target = $"tm-{Environment.ProcessId}-bench-target";
    private readonly string _programs = Directory.CreateTempSubdirectory("taskmesh-bench-").FullName;
    private readonly string _backlog = File.ReadAllText(Backlog);

    private ScanBed()
    {
    }

    public static ScanBed Build()
    {
        var bed = new ScanBed();
        try
        {
            bed.BuildNetwork();
            return bed;
        }
        catch
        {
            bed.Dispose();
            throw;
        }
    }

    private void BuildNetwork()
    {
        // What a link cannot queue it drops without a word; the default suits no tool at these rates.
        File.WriteAllText(Backlog, "100000");
        Shell.Run("mount", "-t", "bpf", "bpf", _programs);
        Shell.Run("ip", "netns", "add", _scanner);
        Shell.Run("ip", "netns", "add", _target);
        Shell.Run(
            "ip", "link", "add", ScannerLink, "netns", _scanner, "address", ScannerMac,
            "type", "veth", "peer", "name", TargetLink, "netns", _target, "address", TargetMac);
        Prepare(_scanner, ScannerLink, "198.18.0.1/24", ("198.18.0.2", TargetMac));
        Prepare(_target, TargetLink, "198.18.0.2/24", ("198.18.0.1", ScannerMac), (Source, ScannerMac));
        Shell.Run("ip", "-n", _scanner, "route", "add", Targets, "via", "198.18.0.2");
    }

    /// <summary>Forgets everything and answers from now on in this way.</summary>
    /// <param name="refuses">Whether closed ports answer.</param>
    /// <param name="loss">Percent.</param>
    public void Answer(bool refuses, uint openMask, int loss = 0)
    {
        Detach(_target, TargetLink);
        Detach(_scanner, ScannerLink);
        var program = Path.Combine(_programs, "responder");
        if (Directory.Exists(program))
            Shell.Run("rm", "-r", program);
        var compiled = Path.GetTempFileName();
        Shell.Run(
            "clang", "-O2", "-g", "-target", "bpf", $"-I/usr/include/{Machine}-linux-gnu", $"-DRST={(refuses ? 1 : 0)}", $"-DOPEN_MASK={openMask}",
            $"-DLOSS={loss}", $"-DNETWORK={Network}", "-c", Repository.PathOf("tests/Benchmarks/Scanning/responder.bpf.c"), "-o", compiled);
        Shell.Run("bpftool", "prog", "loadall", compiled, program, "pinmaps", $"{program}/maps");
        File.Delete(compiled);
        Attach(_target, TargetLink, $"{program}/respond");
        Attach(_scanner, ScannerLink, $"{program}/drop");
    }

    public Tally Counts()
    {
        var dump = JsonElement.Parse(Shell.Run("bpftool", "-j", "map", "dump", "pinned", $"{_programs}/responder/maps/tally"));
        JsonElement[] cores = [.. dump[0].GetProperty("formatted").GetProperty("values").EnumerateArray().Select(core => core.GetProperty("value"))];
        long Sum(string name) => cores.Sum(core => core.GetProperty(name).GetInt64());
        long[] Times(string name) => [.. cores.Select(core => core.GetProperty(name).GetInt64()).Where(time => time > 0)];
        var seconds = Sum("first_probes") == 0 ? 0 : (Times("last_at").Max() - Times("first_at").Min()) / 1e9;
        return new(Sum("syns"), Sum("first_probes"), seconds, Sum("resets"), Sum("bad_checksums"), Sum("strays"));
    }

    public ProcessStartInfo InScanner(params IEnumerable<string> command) => In(_scanner, command);

    public ProcessStartInfo InTarget(params IEnumerable<string> command) => In(_target, command);

    /// <summary>The same rule as the responder's.</summary>
    public static HashSet<string> Open(int port, uint openMask)
    {
        var open = new HashSet<string>();
        for (var host = 0u; host < Hosts; host++)
        {
            var address = Network + host;
            if ((Mix(address ^ ((uint)port << 16)) & openMask) == 0)
                open.Add($"10.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
        }
        return open;
    }

    /// <summary>The same of many ports, from 1, of the first hosts: one host after the other.</summary>
    public static BitArray Open(int hosts, int ports, uint openMask)
    {
        var open = new BitArray(hosts * ports);
        for (var place = 0; place < open.Count; place++)
            open[place] = (Mix((Network + (uint)(place / ports)) ^ ((uint)((place % ports) + 1) << 16)) & openMask) == 0;
        return open;
    }

    /// <summary>From 0.</summary>
    public static int HostOf(string address) => (int)(BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(address).GetAddressBytes()) - Network);

    public void Dispose()
    {
        Shell.Try("ip", "netns", "del", _scanner);
        Shell.Try("ip", "netns", "del", _target);
        Shell.Try("umount", _programs);
        Directory.Delete(_programs);
        File.WriteAllText(Backlog, _backlog);
    }

    private static string Machine =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x86_64";

    private static void Prepare(string name, string link, string address, params (string Address, string Mac)[] neighbours)
    {
        Shell.Run("ip", "-n", name, "link", "set", link, "addrgenmode", "none");
        Shell.Run("ip", "-n", name, "addr", "add", address, "dev", link);
        Shell.Run("ip", "-n", name, "link", "set", "lo", "up");
        Shell.Run("ip", "-n", name, "link", "set", link, "up");
        foreach (var each in neighbours)
            Shell.Run("ip", "-n", name, "neigh", "replace", each.Address, "lladdr", each.Mac, "dev", link, "nud", "permanent");
        Shell.Run(In(name, "tc", "qdisc", "add", "dev", link, "clsact"));
    }

    private static void Attach(string name, string link, string program) =>
        Shell.Run(In(name, "tc", "filter", "add", "dev", link, "ingress", "bpf", "direct-action", "object-pinned", program));

    private static void Detach(string name, string link) => Shell.Try(In(name, "tc", "filter", "del", "dev", link, "ingress"));

    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x21f0aaad;
        x = (x ^ (x >> 15)) * 0x735a2d97;
        return x ^ (x >> 15);
    }

    private static ProcessStartInfo In(string name, params IEnumerable<string> command) => new("nsenter", [$"--net=/run/netns/{name}", .. command]);

    /// <param name="Syns">All that arrived.</param>
    /// <param name="FirstProbes">Hosts asked at least once.</param>
    /// <param name="Seconds">From the first to the last of the first probes.</param>
    public sealed record Tally(long Syns, long FirstProbes, double Seconds, long Resets, long BadChecksums, long Strays);
}
