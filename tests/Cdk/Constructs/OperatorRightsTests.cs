using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class OperatorRightsTests
{
    private static IReadOnlyList<Right> Rights => Tests.Rights.Of(SynthesisedMesh.Dev, "OperatorRights");

    [NodeFact]
    public void An_operator_submits_and_steers() => Assert.Equal(
        2, Assert.Single(Rights, right => right.Action == "sqs:SendMessage").Resources.Count);

    [NodeFact]
    public void An_operator_moves_dead_letters_back_to_the_manager_and_receives_from_no_other_queue()
    {
        var moved = Assert.Single(Rights, right => right.Action == "sqs:StartMessageMoveTask").Resources;

        Assert.Equal(2, moved.Count);
        Assert.All(moved, queue => Assert.Contains("dead", queue, StringComparison.Ordinal));
        Assert.Equal(moved, Assert.Single(Rights, right => right.Action == "sqs:ReceiveMessage").Resources);
    }
}
