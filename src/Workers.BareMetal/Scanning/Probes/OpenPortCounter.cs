using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>Finds the hosts that answer on every port, so that one tarpit does not become 65,535 services.</summary>
/// <remarks>The status thread counts; any thread may ask who was found out.</remarks>
public sealed class OpenPortCounter
{
    /// <summary>About 100 MB. Hosts beyond that are reported as they answer.</summary>
    private const int MostHosts = 1 << 20;

    /// <summary>A network in which every host lies needs no list of them all.</summary>
    private const int MostNames = 1000;

    /// <summary>The logarithm of a million million.</summary>
    private const double Certainty = 27.6;

    private readonly Dictionary<Address, int> _counts = [];
    private readonly int _limit;
    private readonly int _portCount;
    private volatile Address[] _exceeded = [];

    /// <param name="before">Hosts that an earlier attempt found out.</param>
    public OpenPortCounter(int limit, int portCount, IEnumerable<Address> before)
    {
        (_limit, _portCount) = (limit, portCount);
        foreach (var host in before)
            _counts[host] = limit + 1;
    }

    /// <summary>Those found out since, in the order in which they were.</summary>
    public IReadOnlyList<Address> Exceeded => _exceeded;

    /// <summary>
    /// How many open ports a part of a scan may show of a host. A host with as many as the threshold allows has its part of them in each, and more
    /// by chance: it exceeds this once in a million million times, whatever its ports are, while one that is open everywhere soon does.
    /// </summary>
    /// <param name="share">The part of the whole, 0 to 1.</param>
    public static int Limit(int threshold, int portCount, double share)
    {
        if (portCount <= threshold || share >= 1)
            return threshold;
        // Chernoff's bound of the sum of so many draws, which holds without replacement too.
        var expected = threshold * share;
        var limit = (int)expected;
        while (limit < threshold && ((limit + 1) * Math.Log((limit + 1) / expected)) - (limit + 1) + expected < Certainty)
            limit++;
        return limit;
    }

    /// <summary>Counts one more open port of a host; false when it is one too many.</summary>
    public bool Count(Address host)
    {
        if (_portCount <= _limit || (_counts.Count == MostHosts && !_counts.ContainsKey(host)))
            return true;
        var count = _counts[host] = _counts.GetValueOrDefault(host) + 1;
        if (count == _limit + 1 && _exceeded.Length < MostNames)
            _exceeded = [.. _exceeded, host];
        return count <= _limit;
    }
}
