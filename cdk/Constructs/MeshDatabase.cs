using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.RDS;
using Amazon.CDK.AWS.SecretsManager;
using Constructs;
using InstanceType = Amazon.CDK.AWS.EC2.InstanceType;

namespace TaskMesh.Cdk.Constructs;

/// <summary>
/// The product's PostgreSQL: Aurora Serverless v2, or one plain RDS instance where that is dearer than the work. Hosts sign in by IAM as the role
/// that the migrations made for them; only the migrator reads the administrator's secret.
/// </summary>
public sealed class MeshDatabase : Construct
{
    public const string Name = "taskmesh";

    public const string Administrator = "taskmesh_admin";

    /// <summary>80 % of what it is sure to take; see <see cref="Concurrency"/>.</summary>
    public const int MostConnections = 320;

    /// <summary>Half a unit holds 1 GiB and costs a tenth of a small instance; the minute's tick would never let it pause.</summary>
    private const double LeastCapacity = 0.5;

    private const double MostCapacity = 16;

    private const int BackupDays = 7;

    private readonly Action<IGrantable, string> _grant;
    private readonly Dictionary<string, string> _dimensions;

    public MeshDatabase(Construct scope, MeshOptions options, Network network)
        : base(scope, nameof(MeshDatabase)) =>
        (Endpoint, Secret, _grant, _dimensions) = options.Database == DatabaseKind.Aurora ? Aurora(options, network) : PlainRds(options, network);

    public Endpoint Endpoint { get; }

    /// <summary>The administrator's.</summary>
    public ISecret Secret { get; }

    /// <summary>What the host whose role this is finds in TASKMESH_DATABASE: no password, since it signs in by IAM.</summary>
    public string ConnectionString(string role, string certificates) =>
        $"Host={Endpoint.Hostname};Port={Token.AsString(Endpoint.Port)};Database={Name};Username={role};"
        + $"SSL Mode=VerifyFull;Root Certificate={certificates}";

    public void GrantConnect(IGrantable host, string role) => _grant(host, role);

    public IMetric Metric(string name, string statistic) => Telling.Make("AWS/RDS", name, _dimensions, statistic, name);

    private (Endpoint, ISecret, Action<IGrantable, string>, Dictionary<string, string>) Aurora(MeshOptions options, Network network)
    {
        var cluster = new DatabaseCluster(this, "Cluster", new DatabaseClusterProps
        {
            Engine = DatabaseClusterEngine.AuroraPostgres(new AuroraPostgresClusterEngineProps { Version = AuroraPostgresEngineVersion.VER_15_7 }),
            Credentials = Credentials.FromGeneratedSecret(Administrator),
            DefaultDatabaseName = Name,
            Parameters = Parameters,
            Writer = ClusterInstance.ServerlessV2("writer", new ServerlessV2ClusterInstanceProps { PubliclyAccessible = false }),
            ServerlessV2MinCapacity = LeastCapacity,
            ServerlessV2MaxCapacity = MostCapacity,
            Vpc = network.Vpc,
            VpcSubnets = network.IsolatedSubnets,
            SecurityGroups = [network.Database],
            StorageEncrypted = true,
            IamAuthentication = true,
            Backup = new BackupProps { Retention = Duration.Days(BackupDays) },
            CloudwatchLogsExports = ["postgresql"],
            DeletionProtection = !options.IsTemporary,
            RemovalPolicy = RemovalPolicy.SNAPSHOT,
        });
        return (
            cluster.ClusterEndpoint,
            cluster.Secret!,
            (host, role) => cluster.GrantConnect(host, role),
            new() { ["DBClusterIdentifier"] = cluster.ClusterIdentifier });
    }

    private (Endpoint, ISecret, Action<IGrantable, string>, Dictionary<string, string>) PlainRds(MeshOptions options, Network network)
    {
        var instance = new DatabaseInstance(this, "Instance", new DatabaseInstanceProps
        {
            Engine = DatabaseInstanceEngine.Postgres(new PostgresInstanceEngineProps { Version = PostgresEngineVersion.VER_15 }),
            InstanceType = InstanceType.Of(InstanceClass.T4G, InstanceSize.MEDIUM),
            Credentials = Credentials.FromGeneratedSecret(Administrator),
            DatabaseName = Name,
            Parameters = Parameters,
            AllocatedStorage = 20,
            MaxAllocatedStorage = 200,
            StorageType = StorageType.GP3,
            Vpc = network.Vpc,
            VpcSubnets = network.IsolatedSubnets,
            SecurityGroups = [network.Database],
            PubliclyAccessible = false,
            StorageEncrypted = true,
            IamAuthentication = true,
            BackupRetention = Duration.Days(BackupDays),
            CloudwatchLogsExports = ["postgresql"],
            DeletionProtection = !options.IsTemporary,
            RemovalPolicy = RemovalPolicy.SNAPSHOT,
        });
        return (
            instance.InstanceEndpoint,
            instance.Secret!,
            (host, role) => instance.GrantConnect(host, role),
            new() { ["DBInstanceIdentifier"] = instance.InstanceIdentifier });
    }

    private static Dictionary<string, string> Parameters => new() { ["rds.force_ssl"] = "1" };
}
