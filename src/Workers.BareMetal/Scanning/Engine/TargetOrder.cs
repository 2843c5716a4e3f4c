using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Every (address, port) of a plan exactly once, shuffled by the seed, in memory that does not grow with the plan. The same plan and seed
/// give the same order, so a scan can be resumed at an index and shared out by index.
/// </summary>
public sealed class TargetOrder
{
    /// <summary>Counts of a plan's parts are signed 64-bit numbers.</summary>
    private const ulong LargestPlan = long.MaxValue;

    private const int NoPort = -1;

    private readonly AddressRange[] _ranges;
    private readonly ulong[] _ranks;
    private readonly ushort[] _ports;
    private readonly int[] _portRanks = new int[ushort.MaxValue + 1];
    private readonly Permutation _permutation;

    /// <summary>The only range, when it is the only one and of IPv4: most scans, and the fast path.</summary>
    private readonly bool _isOneV4;

    private readonly uint _firstV4;
    private readonly uint _lastV4;

    public TargetOrder(AddressSet targets, PortSet ports, ulong seed)
    {
        var size = targets.AddressCount > LargestPlan ? UInt128.MaxValue : targets.AddressCount * (ulong)ports.Count;
        if (size > LargestPlan)
            throw new ArgumentException($"A plan of {targets.AddressCount} addresses and {ports.Count} ports is larger than any scan can be.");
        Count = (ulong)size;
        _ranges = [.. targets];
        _ranks = new ulong[_ranges.Length];
        for (var range = 1; range < _ranges.Length; range++)
            _ranks[range] = _ranks[range - 1] + (ulong)_ranges[range - 1].Count;
        _isOneV4 = _ranges.Length == 1 && !_ranges[0].First.IsV6;
        if (_isOneV4)
            (_firstV4, _lastV4) = ((uint)_ranges[0].First.Bits, (uint)_ranges[0].Last.Bits);
        _ports = ports.Ports.ToArray();
        Array.Fill(_portRanks, NoPort);
        for (var rank = 0; rank < _ports.Length; rank++)
            _portRanks[_ports[rank]] = rank;
        _permutation = new(Count, seed);
    }

    public ulong Count { get; }

    public int PortCount => _ports.Length;

    /// <summary>The target at a place below <see cref="Count"/>.</summary>
    public ProbeTarget this[ulong index]
    {
        get
        {
            var (addressRank, portRank) = Math.DivRem(_permutation.Shuffle(index), (ulong)_ports.Length);
            if (_isOneV4)
                return new(Address.V4(_firstV4 + (uint)addressRank), _ports[portRank]);
            var range = RangeOf(addressRank);
            return new(_ranges[range].First.Plus(addressRank - _ranks[range]), _ports[portRank]);
        }
    }

    /// <summary>The place of a target, or false when the plan does not hold it.</summary>
    public bool TryFind(in ProbeTarget target, out ulong index)
    {
        index = 0;
        var portRank = _portRanks[target.Port];
        if (portRank == NoPort || !TryRank(target.Address, out var addressRank))
            return false;
        index = _permutation.Unshuffle((addressRank * (ulong)_ports.Length) + (ulong)portRank);
        return true;
    }

    private bool TryRank(Address address, out ulong rank)
    {
        rank = 0;
        if (_isOneV4)
        {
            var bits = (uint)address.Bits;
            rank = bits - _firstV4;
            return !address.IsV6 && bits >= _firstV4 && bits <= _lastV4;
        }
        var (low, high) = (0, _ranges.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _ranges[middle].First <= address ? (middle, high) : (low, middle - 1);
        }
        if (high < 0 || !_ranges[low].Contains(address))
            return false;
        rank = _ranks[low] + (ulong)(address.Bits - _ranges[low].First.Bits);
        return true;
    }

    private int RangeOf(ulong addressRank)
    {
        if (_ranks.Length == 1)
            return 0;
        var found = Array.BinarySearch(_ranks, addressRank);
        return found >= 0 ? found : ~found - 1;
    }
}
