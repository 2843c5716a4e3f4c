using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>How the targets of a scan, all of one address family, are reached.</summary>
/// <param name="Targets">Those that are reached so.</param>
/// <param name="IsLocal">They are addresses of this machine.</param>
/// <param name="Source">The address of ours that answers come back to.</param>
/// <param name="Neighbour">The one machine that takes every packet, or null when they go to several and the kernel must choose.</param>
public sealed record NextHop(int InterfaceIndex, AddressSet Targets, bool IsLocal, Address Source, Address? Neighbour)
{
    /// <summary>More routes to parts of one range than a host has; a router's full table would take minutes to look through.</summary>
    private const int LargestForkCount = 1000;

    /// <summary>As many ranges as a sentence takes.</summary>
    private const int MostNamed = 3;

    /// <param name="problem">Why the last of the ranges that are not reached is not.</param>
    /// <returns>Null when none of the targets is reached; some may not be: our own and broadcast addresses, and what has no route.</returns>
    /// <exception cref="IOException">They are not reached by one interface.</exception>
    public static NextHop? Of(AddressSet targets, ref string problem)
    {
        if (targets.Count == 0)
            return null;
        var destinations = KernelNetwork.Destinations(targets[0].First.IsV6);
        var parts = new List<NextHop>();
        foreach (var range in targets)
            parts.AddRange(Of(range, destinations, ref problem));
        if (parts.Count == 0)
            return null;
        ThrowIfApart(parts);
        return parts[0] with
        {
            Targets = new(parts.SelectMany(part => part.Targets)),
            Neighbour = parts.TrueForAll(part => part.Neighbour == parts[0].Neighbour) ? parts[0].Neighbour : null,
        };
    }

    /// <exception cref="IOException">They use more than one interface; the message says what goes where.</exception>
    public static void ThrowIfApart(IEnumerable<NextHop> hops)
    {
        string[] ways =
        [
            .. from hop in hops
               group hop.Targets by hop.InterfaceIndex into way
               select $"{Listed(new(way.SelectMany(targets => targets)))} by {KernelNetwork.LinkOf(way.Key).Name}",
        ];
        if (ways.Length > 1)
            throw new IOException($"The targets are reached by several interfaces: {string.Join("; ", ways)}. Scan those of each interface apart.");
    }

    private static List<NextHop> Of(AddressRange range, IReadOnlyList<AddressRange> destinations, ref string problem)
    {
        // Routes to parts of the range lead elsewhere than the range as a whole, and parts have parts.
        AddressRange[] areas =
        [
            range, .. destinations.Where(route => route.Overlaps(range) && !route.Contains(range)).Select(route => Within(route, range)).Distinct(),
        ];
        if (areas.Length > LargestForkCount)
            throw new IOException($"There are more than {LargestForkCount} routes to parts of {range}: scan the parts apart.");
        var parts = new List<NextHop>();
        var reason = "";
        foreach (var area in areas)
        {
            var own = new AddressSet([area]).Except(new(areas.Where(inner => inner != area && area.Contains(inner))));
            // Among hosts elsewhere our own addresses are none of the targets.
            if (own.Count > 0 && TryFind(own, ref reason) is { } part && (parts.Count == 0 || part.IsLocal == parts[0].IsLocal))
                parts.Add(part);
        }
        if (parts.Count == 0)
            problem = $"There is no way to {range}: {reason}.";
        return parts;
    }

    /// <summary>The hop of addresses that share a route.</summary>
    private static NextHop? TryFind(AddressSet area, ref string problem)
    {
        var first = area[0].First;
        try
        {
            var route = KernelNetwork.RouteTo(first);
            var neighbour = route.Gateway ?? (area.AddressCount == 1 ? first : null);
            problem = "it is not an address of one machine, or there is none of ours to reach it from";
            return (route.Type, route.Source) switch
            {
                (RouteType.Unicast, { } source) => new(route.InterfaceIndex, area, IsLocal: false, source, neighbour),
                (RouteType.Local, { } source) => new(route.InterfaceIndex, area, IsLocal: true, source, Neighbour: null),
                _ => null,
            };
        }
        catch (IOException refusal)
        {
            problem = refusal.Message;
            return null;
        }
    }

    private static string Listed(AddressSet targets) => targets.Count <= MostNamed
        ? $"{targets}"
        : $"{string.Join(", ", targets.Take(MostNamed))} and {targets.Count - MostNamed} more ranges";

    private static AddressRange Within(AddressRange part, AddressRange whole) =>
        new(part.First > whole.First ? part.First : whole.First, part.Last < whole.Last ? part.Last : whole.Last);
}
