using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Logs;
using Constructs;

namespace TaskMesh.Cdk.Constructs;

/// <summary>A host as a function: an executable assembly on Lambda's own .NET 10, with a role and a log group of its own.</summary>
public sealed class MeshFunction : Construct
{
    /// <summary>Where a package's certificates of RDS are when it runs.</summary>
    public const string Certificates = "/var/task/rds.pem";

    /// <summary>This version of CDK has no constant for it.</summary>
    private static readonly Runtime Dotnet10 = new("dotnet10", RuntimeFamily.DOTNET_CORE);

    public MeshFunction(Construct scope, string name, MeshStage stage, MeshPackages packages, MeshFunctionProps props)
        : base(scope, name)
    {
        Role = new Role(this, "Role", new RoleProps { RoleName = stage.NameOf(name), AssumedBy = new ServicePrincipal("lambda.amazonaws.com") });
        Logs = new LogGroup(this, "Logs", new LogGroupProps
        {
            LogGroupName = $"/taskmesh/{stage.Name}/{name}",
            Retention = RetentionDays.ONE_MONTH,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        Role.MayLog(Logs);
        if (props.Network is not null)
            Role.MayStandInNetwork();
        Function = new Function(this, "Function", new FunctionProps
        {
            FunctionName = stage.NameOf(name),
            Runtime = Dotnet10,
            Architecture = packages.Architecture,
            Handler = props.Assembly,
            Code = packages.Function(props.Package ?? name),
            Timeout = Duration.Seconds(props.Timeout.TotalSeconds),
            MemorySize = props.MemoryMiB,
            // A chain of tasks passes the Manager once for each: after 16 passes Lambda would take it for a loop. The mesh limits depth itself.
            RecursiveLoop = RecursiveLoop.ALLOW,
            ReservedConcurrentExecutions = props.Concurrency,
            Environment = props.Environment,
            Role = Role.WithoutPolicyUpdates(),
            LogGroup = Logs,
            Vpc = props.Network?.Vpc,
            VpcSubnets = props.Network?.PrivateSubnets,
            SecurityGroups = props.Network is { } network ? [network.Functions] : null,
        });
        Function.Node.AddDependency(Role);
    }

    public Role Role { get; }

    public LogGroup Logs { get; }

    public Function Function { get; }
}
