using System.Buffers.Binary;

namespace TaskMesh.Core.Scope;

/// <summary>
/// The network that an address lies in, as a number: IPv4 /24, IPv6 /48. Those are the smallest that are routed on their own, so what is sent to
/// all addresses of one comes in by one link of somebody's.
/// </summary>
public static class TargetNetwork
{
    /// <summary>More ranges than this are told with the gaps filled: a few more networks, never fewer.</summary>
    private const int MostRanges = 256;

    private const int HostBitsV4 = 8;
    private const int HostBitsV6 = 80;

    /// <summary>IPv6 networks stand behind those of IPv4.</summary>
    private const long FirstV6 = 1L << 48;

    public static long Of(Address address) =>
        address.IsV6 ? FirstV6 + (long)(address.Bits >> HostBitsV6) : (long)((uint)address.Bits >> HostBitsV4);

    /// <param name="packet">From its IP header on.</param>
    public static long OfDestination(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4
        ? BinaryPrimitives.ReadUInt32BigEndian(packet[16..]) >> HostBitsV4
        : FirstV6 + (long)(BinaryPrimitives.ReadUInt64BigEndian(packet[24..]) >> 16);

    /// <summary>The networks of all addresses, as few ranges.</summary>
    public static IReadOnlyList<NetworkRange> RangesOf(AddressSet addresses)
    {
        var ranges = new List<NetworkRange>();
        foreach (var range in addresses)
        {
            var (first, end) = (Of(range.First), Of(range.Last) + 1);
            if (ranges.Count > 0 && first <= ranges[^1].End)
                ranges[^1] = ranges[^1] with { End = end };
            else
                ranges.Add(new(first, end));
        }
        if (ranges.Count <= MostRanges)
            return ranges;
        // Where the widest gaps are, one range ends and the next begins.
        var begins = Enumerable.Range(1, ranges.Count - 1)
            .OrderByDescending(place => ranges[place].First - ranges[place - 1].End)
            .Take(MostRanges - 1)
            .Append(0)
            .Order()
            .ToArray();
        return [.. begins.Select((begin, place) =>
            new NetworkRange(ranges[begin].First, ranges[place + 1 < begins.Length ? begins[place + 1] - 1 : ^1].End))];
    }
}

/// <param name="End">The one behind the last.</param>
public readonly record struct NetworkRange(long First, long End);
