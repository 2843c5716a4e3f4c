using Amazon.EC2;
using Amazon.S3;
using Amazon.SQS;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;
using TaskMesh.Testing.Ec2;
using TaskMesh.Testing.ObjectStore;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>One LocalCloud for all sentences of a contract.</summary>
public sealed class ContractCloud : ISqsEndpoint, IEc2Endpoint, IObjectEndpoint, IAsyncLifetime
{
    private readonly StoreCluster _store = new();
    private CloudRig? _rig;
    private IAmazonS3? _objects;

    public string ImageId => "ami-1";

    public TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public string Bucket => "data";

    IAmazonSQS ISqsEndpoint.Client => _rig!.Sqs;

    IAmazonEC2 IEc2Endpoint.Client => _rig!.Ec2;

    IAmazonS3 IObjectEndpoint.Client => _objects!;

    public async Task InitializeAsync()
    {
        await _store.InitializeAsync();
        _rig = await CloudRig.StartAsync(_store, (empty, folder) => empty with
        {
            Images = new Dictionary<string, ImageConfiguration> { [ImageId] = new() { Command = ["sleep", "600"] } },
            Subnets = new Dictionary<string, SubnetConfiguration> { ["subnet-a"] = new("eu-west-1a"), ["subnet-b"] = new("eu-west-1b") },
            ObjectStore = new ObjectStoreConfiguration(folder.Of("objects"), [Bucket]),
        });
        _objects = AwsTestClients.S3At(_rig.Endpoint);
    }

    public async Task DisposeAsync()
    {
        _objects!.Dispose();
        await _rig!.DisposeAsync();
        await _store.DisposeAsync();
    }
}
