using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;

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
        new Ec2Faults([new() { Code = "x", InstanceType = type, Subnet = subnet, Market = market }])
            .Next("RunInstances", "t4g.micro", null, "on-demand") is not null);

    [Fact]
    public void Other_operations_are_left_alone() =>
        Assert.Null(new Ec2Faults([new() { Code = "x" }]).Next("DescribeInstances", null, null, "on-demand"));

    private static IEnumerable<string?> Codes(int calls, params Ec2Fault[] faults)
    {
        var all = new Ec2Faults(faults);
        return [.. Enumerable.Range(0, calls).Select(_ => all.Next("RunInstances", null, null, "on-demand")?.Code)];
    }
}
