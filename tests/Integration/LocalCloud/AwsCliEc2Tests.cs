using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>Debian's AWS CLI as a client of EC2 that nobody here wrote.</summary>
public sealed class AwsCliEc2Tests(StoreCluster store) : IClassFixture<StoreCluster>
{
    [AwsCliFact]
    public async Task The_cli_launches_describes_and_terminates_an_instance()
    {
        await using var cloud = await StartAsync();

        var versions = await AwsCli.RunAsync(cloud.Endpoint, "ec2", "describe-launch-template-versions", "--launch-template-name", "worker");
        var launched = (await AwsCli.RunAsync(
            cloud.Endpoint, "ec2", "run-instances", "--count", "1", "--launch-template", "LaunchTemplateName=worker,Version=$Latest",
            "--instance-type", "t4g.small", "--tag-specifications", "ResourceType=instance,Tags=[{Key=app,Value=mesh}]"))
            .GetProperty("Instances")[0];
        var id = launched.GetProperty("InstanceId").GetString()!;
        var described = (await AwsCli.RunAsync(cloud.Endpoint, "ec2", "describe-instances", "--filters", "Name=tag:app,Values=mesh"))
            .GetProperty("Reservations")[0].GetProperty("Instances")[0];
        var terminated = (await AwsCli.RunAsync(cloud.Endpoint, "ec2", "terminate-instances", "--instance-ids", id))
            .GetProperty("TerminatingInstances")[0];
        await AwsCli.RunAsync(cloud.Endpoint, "ec2", "wait", "instance-terminated", "--instance-ids", id);

        Assert.Equal(1, versions.GetProperty("LaunchTemplateVersions")[0].GetProperty("VersionNumber").GetInt32());
        Assert.Equal("pending", launched.GetProperty("State").GetProperty("Name").GetString());
        Assert.Equal((id, "t4g.small"), (described.GetProperty("InstanceId").GetString(), described.GetProperty("InstanceType").GetString()));
        Assert.Equal("shutting-down", terminated.GetProperty("CurrentState").GetProperty("Name").GetString());
    }

    [AwsCliFact]
    public async Task The_cli_makes_versions_and_deletes_launch_templates()
    {
        await using var cloud = await StartAsync();

        var made = await AwsCli.RunAsync(
            cloud.Endpoint, "ec2", "create-launch-template", "--launch-template-name", "made",
            "--launch-template-data", """{"ImageId":"ami-1","InstanceType":"t4g.micro","UserData":"aGk="}""");
        var version = await AwsCli.RunAsync(
            cloud.Endpoint, "ec2", "create-launch-template-version", "--launch-template-name", "made", "--source-version", "1",
            "--launch-template-data", """{"InstanceType":"t4g.small"}""");
        await AwsCli.RunAsync(cloud.Endpoint, "ec2", "delete-launch-template", "--launch-template-name", "made");
        var gone = await AwsCli.FailAsync(cloud.Endpoint, "ec2", "describe-launch-template-versions", "--launch-template-name", "made");

        Assert.Equal(1, made.GetProperty("LaunchTemplate").GetProperty("LatestVersionNumber").GetInt32());
        var data = version.GetProperty("LaunchTemplateVersion").GetProperty("LaunchTemplateData");
        Assert.Equal(
            ("ami-1", "t4g.small", "aGk="),
            (data.GetProperty("ImageId").GetString(), data.GetProperty("InstanceType").GetString(), data.GetProperty("UserData").GetString()));
        Assert.Contains("(InvalidLaunchTemplateName.NotFoundException)", gone, StringComparison.Ordinal);
    }

    [AwsCliFact]
    public async Task The_cli_reads_the_catalogue_page_by_page()
    {
        await using var cloud = await StartAsync();

        var types = await AwsCli.RunAsync(cloud.Endpoint, "ec2", "describe-instance-types", "--page-size", "5");
        var subnets = await AwsCli.RunAsync(
            cloud.Endpoint, "ec2", "describe-subnets", "--filters", "Name=availability-zone,Values=eu-west-1a,eu-west-1b");
        var prices = await AwsCli.RunAsync(
            cloud.Endpoint, "ec2", "describe-spot-price-history", "--instance-types", "t4g.micro", "--product-descriptions", "Linux/UNIX",
            "--start-time", "2026-01-01T00:00:00Z");

        Assert.Equal(7, types.GetProperty("InstanceTypes").GetArrayLength());
        Assert.Equal("subnet-a", Assert.Single(subnets.GetProperty("Subnets").EnumerateArray()).GetProperty("SubnetId").GetString());
        var price = Assert.Single(prices.GetProperty("SpotPriceHistory").EnumerateArray());
        Assert.Equal(("eu-west-1a", "0.002700"), (price.GetProperty("AvailabilityZone").GetString(), price.GetProperty("SpotPrice").GetString()));
    }

    [AwsCliFact]
    public async Task The_cli_tags_and_listens_to_an_instance_and_hears_the_codes_of_EC2()
    {
        await using var cloud = await StartAsync();
        string[] run = ["ec2", "run-instances", "--launch-template", "LaunchTemplateName=worker", "--client-token", "t"];
        var id = (await AwsCli.RunAsync(cloud.Endpoint, run)).GetProperty("Instances")[0].GetProperty("InstanceId").GetString()!;

        await AwsCli.RunAsync(cloud.Endpoint, "ec2", "create-tags", "--resources", id, "--tags", "Key=slot,Value=3");
        await AwsCli.RunAsync(cloud.Endpoint, "ec2", "wait", "instance-running", "--filters", "Name=tag:slot,Values=3");
        var console = await Eventually.GetAsync(
            () => AwsCli.RunAsync(cloud.Endpoint, "ec2", "get-console-output", "--instance-id", id),
            answer => answer.GetProperty("Output").GetString() == "ready\n");
        var mismatch = await AwsCli.FailAsync(cloud.Endpoint, [.. run, "--instance-type", "t4g.small"]);

        Assert.Equal(id, console.GetProperty("InstanceId").GetString());
        Assert.Contains("(IdempotentParameterMismatch)", mismatch, StringComparison.Ordinal);
    }

    private Task<CloudRig> StartAsync() => CloudRig.StartAsync(store, (empty, _) => empty with
    {
        Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = new() { Command = ["sh", "-c", "echo ready; exec sleep 600"] } },
        Subnets = new Dictionary<string, SubnetConfiguration> { ["subnet-a"] = new("eu-west-1a") },
        LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration> { ["worker"] = new([new("ami-1", "t4g.micro")]) },
    });
}
