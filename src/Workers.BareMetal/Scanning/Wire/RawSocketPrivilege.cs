using System.Globalization;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>The one privilege that scanning needs (capabilities(7)).</summary>
public static class RawSocketPrivilege
{
    private const string EffectiveLine = "CapEff:";
    private const int NetRaw = 13;

    /// <summary>Why this process may not send raw packets, or null.</summary>
    public static string? Problem()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(EffectiveLine, StringComparison.Ordinal));
        var capabilities = ulong.Parse(line.AsSpan(EffectiveLine.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (capabilities & (1UL << NetRaw)) != 0
            ? null
            : "Scanning needs the capability CAP_NET_RAW, which this process does not have: run it as root or with AmbientCapabilities=CAP_NET_RAW.";
    }
}
