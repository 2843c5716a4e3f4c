using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Constructs;

namespace TaskMesh.Cdk.Constructs;

/// <summary>
/// Three kinds of subnets in three zones. Public: bare-metal workers, which scan from addresses of their own. Private: functions, with endpoints
/// of AWS and no way out. Isolated: the database, with no way to anything. There is no NAT: it ruins scans and costs more than all of this.
/// </summary>
public sealed class Network : Construct
{
    private const int Zones = 3;

    private const string PrivateName = "private";

    private const string IsolatedName = "isolated";

    private const int PostgresPort = 5432;

    private const int HttpsPort = 443;

    /// <summary>Templates are made without an account, so that the zones have no names yet; Fn.GetAzs is asked at deployment.</summary>
    public Network(Construct scope)
        : base(scope, nameof(Network))
    {
        Vpc = new Vpc(this, "Vpc", new VpcProps
        {
            IpAddresses = IpAddresses.Cidr("10.64.0.0/16"),
            AvailabilityZones = [.. Enumerable.Range(0, Zones).Select(zone => Fn.Select(zone, Fn.GetAzs()))],
            NatGateways = 0,
            SubnetConfiguration =
            [
                new SubnetConfiguration { Name = "public", SubnetType = SubnetType.PUBLIC, CidrMask = 20, MapPublicIpOnLaunch = true },
                new SubnetConfiguration { Name = PrivateName, SubnetType = SubnetType.PRIVATE_ISOLATED, CidrMask = 20 },
                new SubnetConfiguration { Name = IsolatedName, SubnetType = SubnetType.PRIVATE_ISOLATED, CidrMask = 24 },
            ],
        });
        Functions = Group("FunctionsGroup", "functions with a database");
        Workers = Group("WorkersGroup", "bare-metal workers", mayGoAnywhere: true);
        Database = Group("DatabaseGroup", "the database");
        var endpoints = Group("EndpointsGroup", "endpoints of AWS");
        foreach (var group in new[] { Functions, Workers })
        {
            Database.AddIngressRule(group, Port.Tcp(PostgresPort), "PostgreSQL");
            endpoints.AddIngressRule(group, Port.Tcp(HttpsPort), "AWS");
        }
        Functions.AddEgressRule(Database, Port.Tcp(PostgresPort), "PostgreSQL");
        // The object store's addresses are a list of AWS's that only the account knows. From private subnets nothing else is to be reached.
        Functions.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(HttpsPort), "AWS");
        Vpc.AddGatewayEndpoint("S3", new GatewayVpcEndpointOptions
        {
            Service = GatewayVpcEndpointAwsService.S3,
            Subnets = [PublicSubnets, PrivateSubnets],
        });
        Reach("Sqs", InterfaceVpcEndpointAwsService.SQS, endpoints);
        Reach("Ec2", InterfaceVpcEndpointAwsService.EC2, endpoints);
        Reach("SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER, endpoints);
    }

    public Vpc Vpc { get; }

    public SubnetSelection PublicSubnets { get; } = new() { SubnetType = SubnetType.PUBLIC };

    public SubnetSelection PrivateSubnets { get; } = new() { SubnetGroupName = PrivateName };

    public SubnetSelection IsolatedSubnets { get; } = new() { SubnetGroupName = IsolatedName };

    /// <summary>Manager and Internal. External stands in no network of ours.</summary>
    public SecurityGroup Functions { get; }

    /// <summary>Nobody may begin to talk to a worker; answers to what it asked come in by connection tracking.</summary>
    public SecurityGroup Workers { get; }

    public SecurityGroup Database { get; }

    private SecurityGroup Group(string id, string of, bool mayGoAnywhere = false) => new(this, id, new SecurityGroupProps
    {
        Vpc = Vpc,
        Description = $"TaskMesh: {of}",
        AllowAllOutbound = mayGoAnywhere,
    });

    private void Reach(string id, InterfaceVpcEndpointAwsService service, SecurityGroup group) => Vpc.AddInterfaceEndpoint(
        id,
        new InterfaceVpcEndpointOptions { Service = service, Subnets = PrivateSubnets, SecurityGroups = [group], Open = false });
}
