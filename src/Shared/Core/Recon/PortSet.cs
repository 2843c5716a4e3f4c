using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TaskMesh.Core.Recon;

/// <summary>Ports in ascending order, each once, as written by users of port scanners: "22,80,8000-8100".</summary>
public sealed class PortSet
{
    private readonly ushort[] _ports;

    private PortSet(IEnumerable<ushort> ports) => _ports = [.. ports.Distinct().Order()];

    public ReadOnlySpan<ushort> Ports => _ports;

    public int Count => _ports.Length;

    public static PortSet Parse(string text) => TryParse(text, out var ports, out var problem) ? ports : throw new FormatException(problem);

    public static bool TryParse(string text, [NotNullWhen(true)] out PortSet? ports, [NotNullWhen(false)] out string? problem)
    {
        ports = null;
        problem = null;
        var found = new List<ushort>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', 2);
            if (!TryPort(ends[0], out var first, out problem) || !TryPort(ends[^1], out var last, out problem))
                return false;
            if (first > last)
            {
                problem = $"'{part}' runs downwards; write {last}-{first}";
                return false;
            }
            found.AddRange(Enumerable.Range(first, last - first + 1).Select(port => (ushort)port));
        }
        ports = new(found);
        return true;
    }

    /// <summary>Runs of ports are written as first-last.</summary>
    public override string ToString()
    {
        var runs = new List<(ushort First, ushort Last)>();
        foreach (var port in _ports)
        {
            if (runs.Count > 0 && runs[^1].Last + 1 == port)
                runs[^1] = (runs[^1].First, port);
            else
                runs.Add((port, port));
        }
        return string.Join(',', runs.Select(run => run.First == run.Last ? $"{run.First}" : $"{run.First}-{run.Last}"));
    }

    private static bool TryPort(string text, out ushort port, [NotNullWhen(false)] out string? problem)
    {
        problem = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0
            ? null
            : $"'{text}' is not a port (1-65535)";
        return problem is null;
    }
}
