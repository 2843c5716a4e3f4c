using TaskMesh.Cli.Lab;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Cli.Lab;

public class LabTruthTests
{
    private static readonly AddressSet Network = new([AddressRange.Parse("198.19.0.0/24")]);
    private static readonly PortSet Ports = PortSet.Parse("1-100");

    [Fact]
    public void Ports_are_open_closed_and_silent_in_the_shares_asked_for()
    {
        var states = new LabTruth(Seed: 3, Open: 32, Silent: 256).Of(Network, Ports).CountBy(each => each.State).ToDictionary();

        Assert.InRange(states[PortState.Open], 700, 900);
        Assert.InRange(states[PortState.NoAnswer], 6_100, 6_700);
        Assert.Equal(25_600, states.Values.Sum());
    }

    [Fact]
    public void The_same_seed_tells_the_same_truth()
    {
        var truth = new LabTruth(Seed: 3).Of(Network, Ports).ToList();

        Assert.Equal(truth, new LabTruth(Seed: 3).Of(Network, Ports));
        Assert.NotEqual(truth, new LabTruth(Seed: 4).Of(Network, Ports));
    }

    [Fact]
    public void Open_ports_do_not_line_up_by_address_or_port()
    {
        var open = new LabTruth(Seed: 3).Of(Network, Ports).Where(each => each.State == PortState.Open).ToList();

        Assert.True(open.CountBy(each => each.Address).Max(each => each.Value) < 15);
        Assert.True(open.CountBy(each => each.Port).Max(each => each.Value) < 25);
    }

    [Fact]
    public void Without_silent_ports_every_port_answers() =>
        Assert.DoesNotContain(new LabTruth(Seed: 3, Silent: 0).Of(Network, Ports), each => each.State == PortState.NoAnswer);
}
