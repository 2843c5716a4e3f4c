using System.Text;
using Amazon.EC2;
using Amazon.EC2.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Ec2;

public abstract partial class Ec2Contract
{
    [ContractFact]
    public async Task A_launch_is_found_by_its_tag_and_its_token_and_ends_when_it_is_terminated()
    {
        var launched = await RunAsync(request => request.ClientToken = _name);

        var running = await UntilAsync(
            found => found is [{ State.Name.Value: "running" }], new("tag:Name", [_name]), new("client-token", [_name]));
        var change = Assert.Single((await Ec2.TerminateInstancesAsync(new([launched.InstanceId]))).TerminatingInstances);
        var ended = await UntilAsync(found => found is [{ State.Name.Value: "terminated" }], new Filter("instance-id", [launched.InstanceId]));
        await Ec2.TerminateInstancesAsync(new([launched.InstanceId]));

        Assert.Equal("pending", launched.State.Name.Value);
        Assert.Equal((launched.InstanceId, TypeName, "arm64"), (running[0].InstanceId, running[0].InstanceType.Value, running[0].Architecture.Value));
        Assert.Null(running[0].InstanceLifecycle);
        Assert.Equal(("running", "shutting-down"), (change.PreviousState.Name.Value, change.CurrentState.Name.Value));
        Assert.Equal("Client.UserInitiatedShutdown", ended[0].StateReason.Code);
    }

    [ContractFact]
    public async Task The_same_token_is_the_same_launch_and_other_parameters_are_a_mismatch()
    {
        var first = await RunAsync(request => request.ClientToken = _name);
        var second = await RunAsync(request => request.ClientToken = _name);

        Assert.Equal(first.InstanceId, second.InstanceId);
        await AssertRefusedAsync("IdempotentParameterMismatch", () => RunAsync(request =>
        {
            request.ClientToken = _name;
            request.InstanceType = InstanceType.T4gSmall;
        }));
    }

    [ContractFact]
    public async Task A_template_launches_by_its_latest_or_its_default_version()
    {
        var template = await NewTemplateAsync();
        var data = new RequestLaunchTemplateData { InstanceType = "t4g.small" };
        var version = (await Ec2.CreateLaunchTemplateVersionAsync(
            new() { LaunchTemplateName = template, SourceVersion = "1", LaunchTemplateData = data })).LaunchTemplateVersion;

        var latest = await RunAsync(request => Name(request, template, "$Latest"));
        var byDefault = await RunAsync(request => Name(request, template, "$Default"));
        var described = (await Ec2.DescribeLaunchTemplateVersionsAsync(new() { LaunchTemplateName = template })).LaunchTemplateVersions;

        Assert.Equal((2, false, endpoint.ImageId), (version.VersionNumber, version.DefaultVersion, version.LaunchTemplateData.ImageId));
        Assert.Equal(("t4g.small", TypeName), (latest.InstanceType.Value, byDefault.InstanceType.Value));
        Assert.Equal([1, 2], described.Select(each => each.VersionNumber!.Value).Order());
        await AssertRefusedAsync("InvalidLaunchTemplateId.VersionNotFound", () => RunAsync(request => Name(request, template, "3")));
    }

    [ContractFact]
    public async Task Tags_are_added_to_an_instance_later()
    {
        var id = (await RunAsync()).InstanceId;
        await UntilAsync(found => found.Count == 1, new Filter("instance-id", [id]));

        await Ec2.CreateTagsAsync(new CreateTagsRequest([id], [new Tag("slot", _name)]));

        Assert.Equal(id, (await UntilAsync(found => found.Count == 1, new Filter("tag:slot", [_name])))[0].InstanceId);
    }

    [ContractFact]
    public async Task The_console_of_an_instance_is_base64()
    {
        var id = (await RunAsync()).InstanceId;
        await UntilAsync(found => found is [{ State.Name.Value: "running" }], new Filter("instance-id", [id]));

        var answer = await Ec2.GetConsoleOutputAsync(new GetConsoleOutputRequest(id));

        Assert.Equal(id, answer.InstanceId);
        Encoding.UTF8.GetString(Convert.FromBase64String(answer.Output ?? ""));
    }

    [ContractFact]
    public async Task A_dry_run_launches_nothing()
    {
        await AssertRefusedAsync("DryRunOperation", () => RunAsync(request => request.DryRun = true));

        Assert.Empty(await FindAsync(new Filter("tag:Name", [_name])));
    }

    [ContractFact]
    public async Task What_does_not_exist_is_named_by_its_error()
    {
        const string instance = "i-0123456789abcdef0";

        await AssertRefusedAsync("InvalidLaunchTemplateName.NotFoundException", () => RunAsync(request => Name(request, _name, "$Latest")));
        await AssertRefusedAsync("InvalidSubnetID.NotFound", () => RunAsync(request => request.SubnetId = "subnet-0123456789abcdef0"));
        await AssertRefusedAsync("InvalidParameterValue", () => RunAsync(request => request.InstanceType = "t0.none"));
        await AssertRefusedAsync("InvalidInstanceID.NotFound", () => Ec2.TerminateInstancesAsync(new([instance])));
        await AssertRefusedAsync("InvalidInstanceID.NotFound", () => Ec2.DescribeInstancesAsync(new() { InstanceIds = [instance] }));
        await AssertRefusedAsync("InvalidInstanceID.Malformed", () => Ec2.DescribeInstancesAsync(new() { InstanceIds = ["none"] }));
    }

    private static void Name(RunInstancesRequest request, string template, string version)
    {
        (request.ImageId, request.InstanceType) = (null, null);
        request.LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = template, Version = version };
    }
}
