using Amazon.CDK;
using Constructs;
using TaskMesh.Cdk.Constructs;

namespace TaskMesh.Cdk;

/// <summary>Everything that one stage of the mesh needs in AWS.</summary>
public sealed class MeshStack : Stack
{
    public MeshStack(Construct scope, MeshOptions options)
        : base(scope, $"taskmesh-{options.Stage.Name}", new StackProps
        {
            Description = $"TaskMesh, stage {options.Stage.Name}",
            Tags = new Dictionary<string, string> { ["app"] = "taskmesh", ["stage"] = options.Stage.Name },
        })
    {
        _ = new Queues(this, options);
        var network = new Network(this);
        _ = new MeshDatabase(this, options, network);
        _ = new ObjectStore(this);
    }
}
