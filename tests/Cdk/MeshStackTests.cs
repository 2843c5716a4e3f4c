using System.Text.Encodings.Web;
using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests;

public class MeshStackTests(SynthesisedMesh mesh) : IClassFixture<SynthesisedMesh>
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [NodeFact]
    public void The_template_is_the_approved_one() => Snapshot.Match(JsonSerializer.Serialize(mesh.Template.ToJSON(), Readable));

    [NodeFact]
    public void A_stage_of_its_own_has_queues_of_its_own()
    {
        var alice = SynthesisedMesh.TemplateOf("alice");

        alice.HasResourceProperties("AWS::SQS::Queue", new Dictionary<string, object> { ["QueueName"] = "taskmesh-alice-manager" });
        Assert.DoesNotContain("taskmesh-dev", JsonSerializer.Serialize(alice.ToJSON()));
    }
}
