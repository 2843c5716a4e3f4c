using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// Every (endpoint, name) of a plan once. The names come round by round: in one round each endpoint is asked for one name, so that no server gets
/// many questions in a row, and each round has a source port of its own, which tells the connections of one endpoint apart.
/// </summary>
public sealed class TlsOrder
{
    private readonly List<Round> _rounds = [];

    public TlsOrder(TlsScanPlan plan)
    {
        foreach (var name in plan.Targets.Count == 0 ? [] : plan.Names.Count > 0 ? plan.Names.Cast<string?>() : [null])
            Add(plan, plan.Targets, _ => name);
        // The n-th names of all addresses that have so many.
        var hosts = plan.Named.Distinct()
            .GroupBy(named => named.Address)
            .ToDictionary(host => host.Key, host => host.Select(named => named.Name).ToArray());
        for (var place = 0; hosts.Values.Any(names => names.Length > place); place++)
        {
            var round = place;
            var addresses = hosts.Where(host => host.Value.Length > round).Select(host => new AddressRange(host.Key, host.Key));
            Add(plan, new(addresses), address => hosts[address][round]);
        }
    }

    public ulong Count { get; private set; }

    public int Rounds => _rounds.Count;

    /// <summary>What a question asks.</summary>
    public (ProbeTarget Target, int Round) this[ulong index]
    {
        get
        {
            var (low, high) = (0, _rounds.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = _rounds[middle].First <= index ? (middle, high) : (low, middle - 1);
            }
            return (_rounds[low].Order[index - _rounds[low].First], low);
        }
    }

    public bool TryFind(in ProbeTarget target, int round, out ulong index)
    {
        var found = _rounds[round].Order.TryFind(target, out index);
        index += _rounds[round].First;
        return found;
    }

    /// <summary>The name that a target is asked for in a round; null for none.</summary>
    public string? Name(Address address, int round) => _rounds[round].Name(address);

    private void Add(TlsScanPlan plan, AddressSet addresses, Func<Address, string?> name)
    {
        var order = new TargetOrder(addresses, plan.Ports, plan.Seed + (ulong)_rounds.Count);
        _rounds.Add(new(Count, order, name));
        Count += order.Count;
    }

    /// <param name="First">The question that it begins with.</param>
    private sealed record Round(ulong First, TargetOrder Order, Func<Address, string?> Name);
}
