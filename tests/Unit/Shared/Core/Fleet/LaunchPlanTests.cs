using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Shared.Core.Fleet;

public class LaunchPlanTests
{
    [Fact]
    public void Cells_go_type_by_type_with_the_templates_own_first() => Assert.Equal(
        ["- a", "- b", "small a", "small b"],
        LaunchPlan.Cells(["small"], ["a", "b"]).Select(cell => $"{cell.InstanceType ?? "-"} {cell.Subnet ?? "-"}"));

    [Fact]
    public void Without_subnets_the_templates_own_is_taken() =>
        Assert.Equal([new(null, null), new("small", null)], LaunchPlan.Cells(["small"], []));

    [Fact]
    public void A_token_names_intent_cell_and_try()
    {
        var (intent, cell) = (Guid.CreateVersion7(), new LaunchCell("small", "a"));
        var token = LaunchPlan.Token(intent, cell);

        Assert.Equal(token, LaunchPlan.Token(intent, cell));
        Assert.Matches("^[a-z2-7]{51}$", token);
        Assert.Equal(3, new[] { token, LaunchPlan.Token(intent, cell with { Subnet = "b" }),
            LaunchPlan.Token(Guid.CreateVersion7(), cell) }.Distinct().Count());
    }
}
