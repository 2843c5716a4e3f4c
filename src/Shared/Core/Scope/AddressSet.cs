using System.Collections;

namespace TaskMesh.Core.Scope;

/// <summary>A set of addresses as sorted, disjoint ranges: what a scope allows, or what a scan is to reach, each address once.</summary>
public sealed class AddressSet : IReadOnlyList<AddressRange>
{
    private readonly AddressRange[] _ranges;
    private readonly uint[] _firstV4;
    private readonly uint[] _lastV4;

    public AddressSet(IEnumerable<AddressRange> ranges)
    {
        _ranges = [.. Merged(ranges)];
        var v4 = _ranges.Where(range => !range.First.IsV6).ToArray();
        _firstV4 = [.. v4.Select(range => (uint)range.First.Bits)];
        _lastV4 = [.. v4.Select(range => (uint)range.Last.Bits)];
    }

    public static AddressSet Empty { get; } = new([]);

    public int Count => _ranges.Length;

    public AddressRange this[int index] => _ranges[index];

    /// <summary>How many addresses the set holds; the whole of IPv6 is counted as one less than it has.</summary>
    public UInt128 AddressCount =>
        _ranges.Aggregate(UInt128.Zero, (sum, range) => range.Count == 0 || sum + range.Count < sum ? UInt128.MaxValue : sum + range.Count);

    /// <summary>Asked once per packet: two array reads per halving and no allocation.</summary>
    public bool ContainsV4(uint address)
    {
        var index = _firstV4.AsSpan().BinarySearch(address);
        index = index < 0 ? ~index - 1 : index;
        return index >= 0 && address <= _lastV4[index];
    }

    public bool Contains(Address address) =>
        address.IsV6 ? RangeAtOrBefore(address) is { } range && range.Contains(address) : ContainsV4((uint)address.Bits);

    /// <summary>Whether every address of <paramref name="range"/> is in the set.</summary>
    public bool Contains(AddressRange range) => RangeAtOrBefore(range.First) is { } found && found.Contains(range);

    public bool Overlaps(AddressRange range) => _ranges.Any(range.Overlaps);

    public AddressSet Union(AddressSet other) => new(_ranges.Concat(other._ranges));

    public AddressSet Intersect(AddressSet other) => new(
        from mine in _ranges
        from theirs in other._ranges
        where mine.Overlaps(theirs)
        select new AddressRange(Max(mine.First, theirs.First), Min(mine.Last, theirs.Last)));

    public AddressSet Except(AddressSet other)
    {
        IEnumerable<AddressRange> left = _ranges;
        foreach (var hole in other._ranges)
            left = [.. left.SelectMany(range => Cut(range, hole))];
        return new(left);
    }

    public IEnumerator<AddressRange> GetEnumerator() => ((IEnumerable<AddressRange>)_ranges).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", _ranges);

    private static IEnumerable<AddressRange> Cut(AddressRange range, AddressRange hole)
    {
        if (!range.Overlaps(hole))
        {
            yield return range;
            yield break;
        }
        if (range.First < hole.First)
            yield return new(range.First, Address(hole.First.Bits - 1, range.First.IsV6));
        if (range.Last > hole.Last)
            yield return new(Address(hole.Last.Bits + 1, range.First.IsV6), range.Last);
    }

    private static IEnumerable<AddressRange> Merged(IEnumerable<AddressRange> ranges)
    {
        AddressRange? open = null;
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (open is { } current && Touches(current, range))
            {
                open = current with { Last = Max(current.Last, range.Last) };
                continue;
            }
            if (open is { } done)
                yield return done;
            open = range;
        }
        if (open is { } rest)
            yield return rest;
    }

    private static bool Touches(AddressRange earlier, AddressRange later) =>
        earlier.First.IsV6 == later.First.IsV6 && (later.First <= earlier.Last || later.First.Bits - earlier.Last.Bits == 1);

    private AddressRange? RangeAtOrBefore(Address address)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].First <= address ? (middle + 1, high) : (low, middle);
        }
        return low == 0 ? null : _ranges[low - 1];
    }

    private static Address Address(UInt128 bits, bool isV6) => isV6 ? Scope.Address.V6(bits) : Scope.Address.V4((uint)bits);

    private static Address Max(Address left, Address right) => left > right ? left : right;

    private static Address Min(Address left, Address right) => left < right ? left : right;
}
