using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>How the targets of a scan, all of one address family, are reached.</summary>
/// <param name="IsLocal">The targets are addresses of this machine.</param>
/// <param name="Source">The address of ours that answers come back to.</param>
/// <param name="Neighbour">The one machine that takes every packet, or null when they go to several and the kernel must choose.</param>
/// <param name="Exceptions">Targets that are not reached so: among hosts elsewhere our own and broadcast addresses, and what has no route.</param>
public sealed record NextHop(int InterfaceIndex, bool IsLocal, Address Source, Address? Neighbour, AddressSet Exceptions)
{
    /// <summary>More routes to parts of one range than a host has; a router's full table would take minutes to look through.</summary>
    private const int LargestForkCount = 1000;

    /// <param name="problem">Why the last of the ranges that are not reached is not.</param>
    /// <returns>Null when none of the targets is reached.</returns>
    /// <exception cref="IOException">They are not reached by one interface.</exception>
    public static NextHop? Of(AddressSet targets, ref string problem)
    {
        if (targets.Count == 0)
            return null;
        var destinations = KernelNetwork.Destinations(targets[0].First.IsV6);
        NextHop? hop = null;
        var lost = new List<AddressRange>();
        foreach (var range in targets)
        {
            if (Of(range, destinations, ref problem) is not { } part)
                lost.Add(range);
            else
                hop = hop is null ? part : Common(hop, part);
        }
        return hop is null ? null : hop with { Exceptions = hop.Exceptions.Union(new(lost)) };
    }

    private static NextHop? Of(AddressRange range, IReadOnlyList<AddressRange> destinations, ref string problem)
    {
        // Routes to parts of the range lead elsewhere than the range as a whole, and parts have parts.
        AddressRange[] areas =
        [
            range, .. destinations.Where(route => route.Overlaps(range) && !route.Contains(range)).Select(route => Within(route, range)).Distinct(),
        ];
        if (areas.Length > LargestForkCount)
            throw new IOException($"There are more than {LargestForkCount} routes to parts of {range}: scan the parts apart.");
        NextHop? hop = null;
        var exceptions = AddressSet.Empty;
        var reason = "";
        foreach (var area in areas)
        {
            var own = new AddressSet([area]).Except(new(areas.Where(inner => inner != area && area.Contains(inner))));
            if (own.Count == 0)
                continue;
            var part = TryFind(own, ref reason);
            if (part is null || (hop is not null && part.IsLocal != hop.IsLocal))
                exceptions = exceptions.Union(own);
            else
                hop = hop is null ? part : Common(hop, part);
        }
        if (hop is null)
            problem = $"There is no way to {range}: {reason}.";
        return hop is null ? null : hop with { Exceptions = exceptions };
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
                (RouteType.Unicast, { } source) => new(route.InterfaceIndex, IsLocal: false, source, neighbour, AddressSet.Empty),
                (RouteType.Local, { } source) => new(route.InterfaceIndex, IsLocal: true, source, Neighbour: null, AddressSet.Empty),
                _ => null,
            };
        }
        catch (IOException refusal)
        {
            problem = refusal.Message;
            return null;
        }
    }

    private static NextHop Common(NextHop left, NextHop right) =>
        left.InterfaceIndex != right.InterfaceIndex
            ? throw new IOException("The targets are reached by more than one interface: scan those of each interface apart.")
            : left with
            {
                Neighbour = left.Neighbour == right.Neighbour ? left.Neighbour : null,
                Exceptions = left.Exceptions.Union(right.Exceptions),
            };

    private static AddressRange Within(AddressRange part, AddressRange whole) =>
        new(part.First > whole.First ? part.First : whole.First, part.Last < whole.Last ? part.Last : whole.Last);
}
