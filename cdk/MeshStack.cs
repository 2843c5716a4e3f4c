using Amazon.CDK;
using Constructs;
using TaskMesh.Cdk.Constructs;

namespace TaskMesh.Cdk;

/// <summary>Everything that one stage of the mesh needs in AWS.</summary>
public sealed class MeshStack : Stack
{
    public MeshStack(Construct scope, MeshStage stage)
        : base(scope, $"taskmesh-{stage.Name}", new StackProps
        {
            Description = $"TaskMesh, stage {stage.Name}",
            Tags = new Dictionary<string, string> { ["app"] = "taskmesh", ["stage"] = stage.Name },
        }) =>
        Queues = new Queues(this, stage);

    public Queues Queues { get; }
}
