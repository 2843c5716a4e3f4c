using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

public class TlsOrderTests
{
    private static readonly Address Shared = Address.Parse("198.51.100.200");

    private static readonly TlsScanPlan Plan = new(
        new([AddressRange.Parse("198.51.100.0/28")]),
        ["a.example", "b.example"],
        [
            new("one.example", Shared), new("two.example", Shared), new("three.example", Shared), new("one.example", Shared),
            new("x.example", Address.Parse("::1")),
        ],
        PortSet.Parse("443,8443"),
        1000,
        0,
        Seed: 4);

    [Fact]
    public void Every_endpoint_is_asked_for_every_name_of_its_own_once()
    {
        var order = new TlsOrder(Plan);
        var asked = new HashSet<(Address, ushort, string?)>();
        for (var index = 0UL; index < order.Count; index++)
        {
            var (target, round) = order[index];
            Assert.True(asked.Add((target.Address, target.Port, order.Name(target.Address, round))));
            Assert.True(order.TryFind(target, round, out var found));
            Assert.Equal(index, found);
        }

        Assert.Equal((16 * 2 * 2) + (4 * 2), asked.Count);
        Assert.Contains((Shared, (ushort)8443, "three.example"), asked);
    }

    [Fact]
    public void Without_names_none_is_asked_for()
    {
        var order = new TlsOrder(Plan with { Names = [], Named = [] });

        Assert.Equal((32UL, 1), (order.Count, order.Rounds));
        Assert.Null(order.Name(order[0].Target.Address, 0));
    }
}
