using Amazon.EC2;
using Amazon.EC2.Model;

namespace TaskMesh.Testing.Ec2;

/// <summary>
/// What TaskMesh relies on in EC2, as AWS documents it (https://docs.aws.amazon.com/AWSEC2/latest/APIReference). A class per implementation
/// derives from it; what an implementation does otherwise stands as a list of deviations on that class.
/// </summary>
public abstract partial class Ec2Contract(IEc2Endpoint endpoint) : IAsyncLifetime
{
    private const string TypeName = "t4g.micro";

    /// <summary>On everything that a test makes.</summary>
    private readonly string _name = $"taskmesh-contract-{Guid.NewGuid():N}";

    private readonly List<string> _instances = [];
    private readonly List<string> _templates = [];

    private IAmazonEC2 Ec2 => endpoint.Client;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_instances.Count > 0)
            await Ec2.TerminateInstancesAsync(new TerminateInstancesRequest(_instances));
        foreach (var template in _templates)
            await Ec2.DeleteLaunchTemplateAsync(new DeleteLaunchTemplateRequest { LaunchTemplateName = template });
    }

    private async Task<string> NewTemplateAsync()
    {
        var data = new RequestLaunchTemplateData { ImageId = endpoint.ImageId, InstanceType = TypeName };
        await Ec2.CreateLaunchTemplateAsync(new CreateLaunchTemplateRequest { LaunchTemplateName = _name, LaunchTemplateData = data });
        _templates.Add(_name);
        return _name;
    }

    private async Task<Instance> RunAsync(Action<RunInstancesRequest>? change = null)
    {
        var request = new RunInstancesRequest(endpoint.ImageId, 1, 1)
        {
            InstanceType = TypeName,
            TagSpecifications = [new TagSpecification { ResourceType = ResourceType.Instance, Tags = [new Tag("Name", _name)] }],
        };
        change?.Invoke(request);
        var instance = Assert.Single((await Ec2.RunInstancesAsync(request)).Reservation.Instances);
        _instances.Add(instance.InstanceId);
        return instance;
    }

    private Task<List<Instance>> UntilAsync(Predicate<List<Instance>> isGood, params Filter[] filters) => Eventually.GetAsync(
        () => FindAsync(filters), isGood, endpoint.Patience);

    private async Task<List<Instance>> FindAsync(params Filter[] filters)
    {
        var answer = await Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { Filters = [.. filters] });
        return [.. (answer.Reservations ?? []).SelectMany(reservation => reservation.Instances)];
    }

    private static async Task AssertRefusedAsync(string code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<AmazonEC2Exception>(call)).ErrorCode);
}
