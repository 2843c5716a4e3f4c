using System.Globalization;
using System.Runtime.InteropServices;

namespace TaskMesh.Cli.Health;

/// <summary>What scans need of the machine that sends them.</summary>
/// <param name="status">The process's own, as /proc/self/status has it.</param>
/// <param name="hasLibrary">Whether one of that name can be loaded.</param>
/// <param name="sends">Whether this machine is one: it is where a mesh runs here.</param>
internal sealed class MachineCheck(string status, Func<string, bool> hasLibrary, bool sends)
{
    private const int NetRaw = 13;

    /// <summary>The names under which the scan engine asks for it.</summary>
    private static readonly string[] Pcap = ["libpcap.so.0.8", "libpcap.so"];

    private readonly Verdict _otherwise = sends ? Verdict.Fail : Verdict.Warn;

    public static MachineCheck Here(bool sends) => new(
        File.ReadAllText("/proc/self/status"),
        name => NativeLibrary.TryLoad(name, out var library) && Close(library),
        sends);

    public IEnumerable<Diagnosis> Run()
    {
        yield return MayUse(NetRaw)
            ? Diagnosis.Ok("raw-sockets", "This process has CAP_NET_RAW.")
            : new(
                "raw-sockets",
                _otherwise,
                "This process lacks CAP_NET_RAW, so it can send no raw packets.",
                "run it as root, or by: setpriv --inh-caps +net_raw --ambient-caps +net_raw");
        yield return Array.Find(Pcap, name => hasLibrary(name)) is { } found
            ? Diagnosis.Ok("libpcap", $"{found} can be loaded.")
            : new(
                "libpcap",
                _otherwise,
                $"Neither {string.Join(" nor ", Pcap)} can be loaded, so nothing can be captured.",
                "apt-get install libpcap0.8");
    }

    private bool MayUse(int capability)
    {
        var line = status.Split('\n').FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line["CapEff:".Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var effective)
            && (effective >> capability & 1) == 1;
    }

    private static bool Close(nint library)
    {
        NativeLibrary.Free(library);
        return true;
    }
}
