using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Ec2;

public class LaunchPlanTests
{
    private static readonly CloudConfiguration Configuration = new()
    {
        Region = "eu-west-1",
        Store = new StoreConfiguration { Folder = "/data" },
        LogFolder = "/logs",
        Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = new() { Command = ["true"] } },
        Subnets = new Dictionary<string, SubnetConfiguration> { ["subnet-a"] = new("eu-west-1a"), ["subnet-b"] = new("eu-west-1b") },
        LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration>
        {
            ["worker"] = new(
            [
                new("ami-1", "t4g.micro", Tags: new Dictionary<string, string> { ["app"] = "one", ["kept"] = "yes" }),
                new("ami-1", "t4g.small", SubnetId: "subnet-b"),
            ]),
        },
    };

    [Theory]
    [InlineData("$Latest", "t4g.small", "eu-west-1b", "2")]
    [InlineData("$Default", "t4g.micro", "eu-west-1a", "1")]
    [InlineData("1", "t4g.micro", "eu-west-1a", "1")]
    public void A_template_version_fills_in_what_the_call_leaves_out(string asked, string type, string zone, string version)
    {
        var plan = Read(("LaunchTemplate.Version", asked));

        Assert.Equal((type, zone), (plan.InstanceType, plan.Zone));
        Assert.Equal(version, plan.Tags["aws:ec2launchtemplate:version"]);
    }

    [Fact]
    public void The_call_overrides_the_template()
    {
        var plan = Read(
            ("InstanceType", "c7g.medium"),
            ("SubnetId", "subnet-b"),
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "app"),
            ("TagSpecification.1.Tag.1.Value", "two"));

        Assert.Equal(("c7g.medium", "subnet-b", "eu-west-1b"), (plan.InstanceType, plan.SubnetId, plan.Zone));
        Assert.Equal(("two", "yes"), (plan.Tags["app"], plan.Tags["kept"]));
    }

    [Theory]
    [InlineData("LaunchTemplate.LaunchTemplateName", "none", "InvalidLaunchTemplateName.NotFoundException")]
    [InlineData("LaunchTemplate.Version", "3", "InvalidLaunchTemplateId.VersionNotFound")]
    [InlineData("ImageId", "ami-2", "InvalidAMIID.NotFound")]
    [InlineData("InstanceType", "m1.huge", "InvalidParameterValue")]
    [InlineData("InstanceType", "t3.micro", "InvalidParameterValue")]
    [InlineData("SubnetId", "subnet-c", "InvalidSubnetID.NotFound")]
    [InlineData("MaxCount", "0", "InvalidParameterValue")]
    public void What_does_not_exist_is_refused_with_EC2s_code(string name, string value, string code) =>
        Assert.Equal(code, Assert.Throws<AwsException>(() => Read((name, value))).Code);

    [Fact]
    public void A_template_with_a_subnet_allows_no_other()
    {
        var refusal = Assert.Throws<AwsException>(() => Read(("LaunchTemplate.Version", "2"), ("SubnetId", "subnet-a")));

        Assert.Equal("InvalidParameterCombination", refusal.Code);
    }

    [Fact]
    public void The_digest_covers_every_parameter_but_the_token()
    {
        var plan = Read(("ClientToken", "t"));

        Assert.Equal(plan.Digest, Read(("ClientToken", "u")).Digest);
        Assert.NotEqual(plan.Digest, Read(("ClientToken", "t"), ("SubnetId", "subnet-a")).Digest);
    }

    private static LaunchPlan Read(params (string Name, string Value)[] fields)
    {
        var all = new Dictionary<string, string> { ["LaunchTemplate.LaunchTemplateName"] = "worker", ["MinCount"] = "1", ["MaxCount"] = "1" };
        foreach (var (name, value) in fields)
            all[name] = value;
        return LaunchPlan.Read(QueryParameters.From([.. all]), Configuration, new LaunchTemplates(Configuration));
    }
}
