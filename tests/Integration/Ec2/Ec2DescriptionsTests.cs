using System.Globalization;
using Amazon.EC2;
using Amazon.EC2.Model;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Ec2;

/// <summary>What a launch plan asks EC2, in the words of its API reference.</summary>
public class Ec2DescriptionsTests
{
    [Fact]
    public async Task Versions_of_a_launch_template()
    {
        var http = Answering("""
            <launchTemplateVersionSet>
              <item>
                <createTime>2017-12-13T14:15:16.000Z</createTime>
                <defaultVersion>true</defaultVersion>
                <launchTemplateData>
                  <imageId>ami-1</imageId>
                  <instanceType>t4g.micro</instanceType>
                  <instanceInitiatedShutdownBehavior>terminate</instanceInitiatedShutdownBehavior>
                  <securityGroupIdSet><item>sg-1</item></securityGroupIdSet>
                </launchTemplateData>
                <launchTemplateName>worker</launchTemplateName>
                <versionNumber>12</versionNumber>
              </item>
            </launchTemplateVersionSet>
            """);

        var answer = await AwsTestClients.Ec2(http).DescribeLaunchTemplateVersionsAsync(
            new() { LaunchTemplateName = "worker", Versions = ["$Latest"] });

        var version = Assert.Single(answer.LaunchTemplateVersions);
        Assert.Equal((12L, true, "worker"), (version.VersionNumber!.Value, version.DefaultVersion!.Value, version.LaunchTemplateName));
        Assert.Equal(("ami-1", "t4g.micro"), (version.LaunchTemplateData.ImageId, version.LaunchTemplateData.InstanceType.Value));
        Assert.Equal(ShutdownBehavior.Terminate, version.LaunchTemplateData.InstanceInitiatedShutdownBehavior);
        Assert.Equal(["sg-1"], version.LaunchTemplateData.SecurityGroupIds);
        AssertSent(http, "LaunchTemplateName=worker", "LaunchTemplateVersion.1=%24Latest");
    }

    [Fact]
    public async Task Instance_types()
    {
        var http = Answering("""
            <instanceTypeSet>
              <item>
                <instanceType>t4g.micro</instanceType>
                <memoryInfo><sizeInMiB>1024</sizeInMiB></memoryInfo>
                <processorInfo><supportedArchitectures><item>arm64</item></supportedArchitectures></processorInfo>
                <supportedUsageClasses><item>on-demand</item><item>spot</item></supportedUsageClasses>
                <vCpuInfo><defaultVCpus>2</defaultVCpus><defaultCores>2</defaultCores></vCpuInfo>
              </item>
            </instanceTypeSet>
            """);

        var answer = await AwsTestClients.Ec2(http).DescribeInstanceTypesAsync(new() { InstanceTypes = ["t4g.micro"] });

        var type = Assert.Single(answer.InstanceTypes);
        Assert.Equal((2, 1024L), (type.VCpuInfo.DefaultVCpus!.Value, type.MemoryInfo.SizeInMiB!.Value));
        Assert.Equal(["arm64"], type.ProcessorInfo.SupportedArchitectures);
        Assert.Equal(["on-demand", "spot"], type.SupportedUsageClasses);
        AssertSent(http, "InstanceType.1=t4g.micro");
    }

    [Fact]
    public async Task Images()
    {
        var http = Answering("""
            <imagesSet>
              <item>
                <imageId>ami-1</imageId>
                <imageState>available</imageState>
                <architecture>arm64</architecture>
              </item>
            </imagesSet>
            """);

        var image = Assert.Single((await AwsTestClients.Ec2(http).DescribeImagesAsync(new() { ImageIds = ["ami-1"] })).Images);

        Assert.Equal(("ami-1", ArchitectureValues.Arm64, ImageState.Available), (image.ImageId, image.Architecture, image.State));
        AssertSent(http, "ImageId.1=ami-1");
    }

    [Fact]
    public async Task Subnets()
    {
        var http = Answering("""
            <subnetSet>
              <item>
                <subnetId>subnet-1</subnetId>
                <state>available</state>
                <availableIpAddressCount>251</availableIpAddressCount>
                <availabilityZone>eu-west-1a</availabilityZone>
                <mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>
              </item>
            </subnetSet>
            """);

        var subnet = Assert.Single((await AwsTestClients.Ec2(http).DescribeSubnetsAsync(new() { SubnetIds = ["subnet-1"] })).Subnets);

        Assert.Equal(("subnet-1", "eu-west-1a", 251), (subnet.SubnetId, subnet.AvailabilityZone, subnet.AvailableIpAddressCount!.Value));
        Assert.Equal(SubnetState.Available, subnet.State);
        Assert.True(subnet.MapPublicIpOnLaunch);
        Assert.Null(subnet.Tags);
        AssertSent(http, "SubnetId.1=subnet-1");
    }

    [Fact]
    public async Task Spot_prices()
    {
        var http = Answering("""
            <spotPriceHistorySet>
              <item>
                <instanceType>t4g.micro</instanceType>
                <productDescription>Linux/UNIX</productDescription>
                <spotPrice>0.0025</spotPrice>
                <timestamp>2026-01-02T03:04:05.000Z</timestamp>
                <availabilityZone>eu-west-1a</availabilityZone>
              </item>
            </spotPriceHistorySet>
            """);
        var since = DateTime.Parse("2026-01-02T00:00:00Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

        var answer = await AwsTestClients.Ec2(http).DescribeSpotPriceHistoryAsync(new() { StartTime = since, ProductDescriptions = ["Linux/UNIX"] });

        var price = Assert.Single(answer.SpotPriceHistory);
        Assert.Equal(("0.0025", "eu-west-1a"), (price.Price, price.AvailabilityZone));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), price.Timestamp!.Value.ToUniversalTime());
        AssertSent(http, "StartTime=2026-01-02T00%3A00%3A00", "ProductDescription.1=Linux%2FUNIX");
    }

    [Fact]
    public async Task The_console_of_an_instance()
    {
        var http = Answering("<instanceId>i-1</instanceId><timestamp>2026-01-02T03:04:05.000Z</timestamp><output>Ym9vdA==</output>");

        var answer = await AwsTestClients.Ec2(http).GetConsoleOutputAsync(new GetConsoleOutputRequest("i-1"));

        Assert.Equal(("i-1", "Ym9vdA=="), (answer.InstanceId, answer.Output));
        AssertSent(http, "InstanceId=i-1");
    }

    [Fact]
    public async Task Tags_for_an_instance()
    {
        var http = Answering("<return>true</return>");

        await AwsTestClients.Ec2(http).CreateTagsAsync(new CreateTagsRequest(["i-1"], [new Tag("app", "taskmesh")]));

        AssertSent(http, "ResourceId.1=i-1", "Tag.1.Key=app", "Tag.1.Value=taskmesh");
    }

    [Fact]
    public async Task A_launch_template_and_a_version_of_it()
    {
        var made = Answering("""
            <launchTemplate>
              <launchTemplateId>lt-1</launchTemplateId>
              <launchTemplateName>worker</launchTemplateName>
              <defaultVersionNumber>1</defaultVersionNumber>
              <latestVersionNumber>1</latestVersionNumber>
            </launchTemplate>
            """);
        var versioned = Answering("<launchTemplateVersion><versionNumber>2</versionNumber></launchTemplateVersion>");
        var data = new RequestLaunchTemplateData { ImageId = "ami-1", InstanceType = "t4g.micro", SecurityGroupIds = ["sg-1"], UserData = "aGk=" };

        var template = await AwsTestClients.Ec2(made).CreateLaunchTemplateAsync(new() { LaunchTemplateName = "worker", LaunchTemplateData = data });
        var version = await AwsTestClients.Ec2(versioned).CreateLaunchTemplateVersionAsync(
            new() { LaunchTemplateName = "worker", SourceVersion = "1", LaunchTemplateData = new() { InstanceType = "t4g.small" } });

        Assert.Equal(("lt-1", 1L), (template.LaunchTemplate.LaunchTemplateId, template.LaunchTemplate.LatestVersionNumber!.Value));
        Assert.Equal(2L, version.LaunchTemplateVersion.VersionNumber);
        const string prefix = "LaunchTemplateData.";
        AssertSent(
            made, "LaunchTemplateName=worker", $"{prefix}ImageId=ami-1", $"{prefix}InstanceType=t4g.micro", $"{prefix}SecurityGroupId.1=sg-1",
            $"{prefix}UserData=aGk");
        AssertSent(versioned, "SourceVersion=1", $"{prefix}InstanceType=t4g.small");
    }

    private static StubHttp Answering(string members) =>
        new(_ => new StubAnswer($"<Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{members}</Response>"));

    private static void AssertSent(StubHttp http, params string[] parameters) =>
        Assert.All(parameters, parameter => Assert.Contains($"&{parameter}", $"&{http.Requests[0]}"));
}
