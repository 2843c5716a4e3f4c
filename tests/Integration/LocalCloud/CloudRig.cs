using Amazon.EC2;
using Amazon.SQS;
using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Faults;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>A LocalCloud within the test's process, with clients for it.</summary>
internal sealed class CloudRig : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly LocalCloudHost _host;

    private CloudRig(TemporaryFolder folder, LocalCloudHost host)
    {
        _folder = folder;
        _host = host;
        Sqs = AwsTestClients.SqsAt(host.Endpoint);
        Ec2 = AwsTestClients.Ec2At(host.Endpoint);
        Http = new HttpClient { BaseAddress = host.Endpoint };
    }

    public IAmazonSQS Sqs { get; }

    public IAmazonEC2 Ec2 { get; }

    public HttpClient Http { get; }

    public FaultSource Faults => _host.Faults;

    public Uri Endpoint => _host.Endpoint;

    /// <param name="change">What the test adds to an empty cloud.</param>
    public static async Task<CloudRig> StartAsync(StoreCluster store, Func<CloudConfiguration, TemporaryFolder, CloudConfiguration>? change = null)
    {
        var folder = new TemporaryFolder();
        var configuration = new CloudConfiguration
        {
            Region = "eu-west-1",
            Store = new StoreConfiguration { ConnectionString = await store.CreateDatabaseAsync() },
            LogFolder = folder.Of("logs"),
            StopGraceSeconds = 2,
        };
        configuration = change?.Invoke(configuration, folder) ?? configuration;
        var host = await LocalCloudHost.StartAsync(
            configuration, TimeProvider.System, new Random(), NullLoggerFactory.Instance, CancellationToken.None);
        return new CloudRig(folder, host);
    }

    public string LogOf(string function)
    {
        var file = _folder.Of($"logs/function-{function}.log");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    public async ValueTask DisposeAsync()
    {
        Sqs.Dispose();
        Ec2.Dispose();
        Http.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}
