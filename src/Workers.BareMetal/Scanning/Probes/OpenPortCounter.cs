using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>Finds the hosts that answer on every port, so that one tarpit does not become 65,535 services.</summary>
public sealed class OpenPortCounter(int threshold, int portCount)
{
    /// <summary>About 100 MB. Hosts beyond that are reported as they answer.</summary>
    private const int MostHosts = 1 << 20;

    /// <summary>A network in which every host lies needs no list of them all.</summary>
    private const int MostNames = 1000;

    private readonly Dictionary<Address, int> _counts = [];
    private readonly List<Address> _exceeded = [];

    public IReadOnlyList<Address> Exceeded => _exceeded;

    /// <summary>Counts one more open port of a host; false when it is one too many.</summary>
    public bool Count(Address host)
    {
        if (portCount <= threshold || (_counts.Count == MostHosts && !_counts.ContainsKey(host)))
            return true;
        var count = _counts[host] = _counts.GetValueOrDefault(host) + 1;
        if (count == threshold + 1 && _exceeded.Count < MostNames)
            _exceeded.Add(host);
        return count <= threshold;
    }
}
