using Amazon.CDK;
using Amazon.CDK.AWS.Logs;
using Constructs;
using TaskMesh.Cdk.Constructs;

namespace TaskMesh.Cdk;

/// <summary>Everything that one stage of the mesh needs in AWS.</summary>
public sealed class MeshStack : Stack
{
    public MeshStack(Construct scope, MeshOptions options, MeshPackages packages)
        : base(scope, $"taskmesh-{options.Stage.Name}", new StackProps
        {
            Description = $"TaskMesh, stage {options.Stage.Name}",
        })
    {
        // On each resource, and through the launch template on each machine: what costs money can be told apart and found.
        Amazon.CDK.Tags.Of(this).Add("app", "taskmesh");
        Amazon.CDK.Tags.Of(this).Add("stage", options.Stage.Name);
        var queues = new Queues(this, options);
        var network = new Network(this);
        var database = new MeshDatabase(this, options, network);
        var objects = new ObjectStore(this);
        var migrations = new Migrations(this, options, packages, network, database);
        var fleet = new BareMetalFleet(this, options, packages, network, queues, database, objects);
        var functions = new Functions(this, options, packages, network, queues, database, objects, fleet);
        functions.Node.AddDependency(migrations.Applied);
        new Timers(this, options, queues).Node.AddDependency(functions);
        ILogGroup[] logs = [functions.Manager.Logs, functions.External.Logs, functions.Internal.Logs, fleet.Logs];
        _ = new OperatorRights(this, options, queues, database, logs);
        _ = new Dashboards(this, options, database, logs);
        _ = new Alarms(this, options, database);
        // The command line of CDK stops at an error; the template is written all the same.
        if (packages.Problem is { } problem)
            Annotations.Of(this).AddError(problem);
    }
}
