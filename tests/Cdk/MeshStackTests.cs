using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests;

public class MeshStackTests
{
    [NodeFact]
    public void The_template_is_the_approved_one() => Snapshot.Match(SynthesisedMesh.Dev.Text);

    [NodeFact]
    public void A_stage_of_its_own_has_queues_of_its_own()
    {
        var alice = SynthesisedMesh.With(("stage", "alice"));

        Assert.Contains(alice.All("AWS::SQS::Queue").Values, queue => queue.GetProperty("QueueName").GetString() == "taskmesh-alice-manager");
        Assert.DoesNotContain("taskmesh-dev", alice.Text, StringComparison.Ordinal);
    }
}
