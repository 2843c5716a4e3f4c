using Amazon.CDK;
using Constructs;

namespace TaskMesh.Cdk.Constructs;

/// <summary>
/// Brings the database to the version of this deployment before any host of this deployment starts: a resource of our own, which is the Manager's
/// package with another first line. It alone may read the administrator's secret.
/// </summary>
public sealed class Migrations : Construct
{
    public Migrations(Construct scope, MeshOptions options, MeshPackages packages, Network network, MeshDatabase database)
        : base(scope, nameof(Migrations))
    {
        Function = new MeshFunction(this, "migrations", options.Stage, packages, new MeshFunctionProps(
            "TaskMesh.Manager",
            FunctionTimeouts.Migrations,
            512,
            new()
            {
                ["TASKMESH_MIGRATIONS_DATABASE"] = database.ConnectionString(MeshDatabase.Administrator, MeshFunction.Certificates),
                ["TASKMESH_MIGRATIONS_SECRET"] = database.Secret.SecretArn,
            })
        {
            Network = network,
            Package = "manager",
        });
        Function.Role.May(["secretsmanager:GetSecretValue"], [database.Secret.SecretArn]);
        Applied = new CustomResource(this, "Applied", new CustomResourceProps
        {
            ResourceType = "Custom::Migrations",
            ServiceToken = Function.Function.FunctionArn,
            // A new package is a new version of the schema, perhaps.
            Properties = new Dictionary<string, object> { ["Package"] = packages.Version("manager") },
        });
        Applied.Node.AddDependency(database);
    }

    public MeshFunction Function { get; }

    public CustomResource Applied { get; }
}
