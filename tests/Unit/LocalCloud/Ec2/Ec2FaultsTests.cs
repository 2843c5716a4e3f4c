using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.Unit.LocalCloud.Ec2;

public class Ec2FaultsTests
{
    [Fact]
    public void A_fault_meets_its_calls_by_their_number() => Assert.Equal(
        [null, "one", "one", null],
        Codes(4, new Ec2Fault { Code = "one", From = 2, Count = 2 }));

    [Fact]
    public void The_first_whose_turn_it_is_decides_and_the_others_count_too() => Assert.Equal(
        ["one", "two", "two"],
        Codes(3, new Ec2Fault { Code = "one", Count = 1 }, new Ec2Fault { Code = "two" }));

    [Theory]
    [InlineData("t4g.micro", null, null, true)]
    [InlineData("template", null, null, false)]
    [InlineData(null, "template", null, true)]
    [InlineData(null, "subnet-a", null, false)]
    [InlineData(null, null, "spot", false)]
    [InlineData(null, null, "on-demand", true)]
    public void A_fault_meets_a_type_a_subnet_and_a_market(string? type, string? subnet, string? market, bool meets) => Assert.Equal(
        meets,
        new Ec2Faults([new() { Code = "x", InstanceType = type, Subnet = subnet, Market = market }], new FaultSource(1))
            .Next("RunInstances", "t4g.micro", null, "on-demand") is not null);

    [Fact]
    public void Other_operations_are_left_alone() =>
        Assert.Null(new Ec2Faults([new() { Code = "x" }], new FaultSource(1)).Next("DescribeInstances", null, null, "on-demand"));

    [Fact]
    public void A_dry_run_is_met_by_a_missing_right_alone_and_counts_for_nothing_else()
    {
        var faults = new Ec2Faults([new() { Code = "x", Count = 1 }, new() { Code = "UnauthorizedOperation" }], new FaultSource(1));

        Assert.Equal("UnauthorizedOperation", faults.Next("RunInstances", null, null, "on-demand", isDryRun: true)?.Code);
        Assert.Equal("x", faults.Next("RunInstances", null, null, "on-demand")?.Code);
    }

    [Fact]
    public void A_share_is_drawn_by_the_seed_for_each_call_of_a_cell()
    {
        Assert.Equal(Hits(1), Hits(1));
        Assert.NotEqual(Hits(1), Hits(2));
        Assert.InRange(Hits(1).Count(hit => hit), 30, 70);

        static bool[] Hits(int seed)
        {
            var faults = new Ec2Faults([new() { Code = "x", Share = 0.5 }], new FaultSource(seed));
            return [.. Enumerable.Range(0, 100).Select(_ => faults.Next("RunInstances", null, "subnet-a", "on-demand") is not null)];
        }
    }

    private static IEnumerable<string?> Codes(int calls, params Ec2Fault[] faults)
    {
        var all = new Ec2Faults(faults, new FaultSource(1));
        return [.. Enumerable.Range(0, calls).Select(_ => all.Next("RunInstances", null, null, "on-demand")?.Code)];
    }
}
