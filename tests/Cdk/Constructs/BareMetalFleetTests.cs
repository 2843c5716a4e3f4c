using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class BareMetalFleetTests
{
    private static readonly string[] Tags = ["app=taskmesh", "stage=dev"];

    private static JsonElement Template => SynthesisedMesh.Dev.Only("AWS::EC2::LaunchTemplate").GetProperty("LaunchTemplateData");

    /// <summary>Together with a subnet in the call EC2 would refuse the launch.</summary>
    [NodeFact]
    public void The_template_names_no_network_interface_but_groups() => Assert.Multiple(
        () => Assert.False(Template.TryGetProperty("NetworkInterfaces", out _)),
        () => Assert.Single(Template.GetProperty("SecurityGroupIds").EnumerateArray()));

    [NodeFact]
    public void Metadata_is_asked_with_a_token_and_from_the_machine_itself()
    {
        var options = Template.GetProperty("MetadataOptions");

        Assert.Equal("required", options.GetProperty("HttpTokens").GetString());
        Assert.Equal(1, options.GetProperty("HttpPutResponseHopLimit").GetInt32());
    }

    [NodeFact]
    public void A_machine_that_is_turned_off_is_gone_with_its_encrypted_disk()
    {
        var disk = Assert.Single(Template.GetProperty("BlockDeviceMappings").EnumerateArray()).GetProperty("Ebs");

        Assert.Equal("terminate", Template.GetProperty("InstanceInitiatedShutdownBehavior").GetString());
        Assert.True(disk.GetProperty("Encrypted").GetBoolean());
        Assert.True(disk.GetProperty("DeleteOnTermination").GetBoolean());
    }

    [NodeFact]
    public void It_has_a_profile_with_the_workers_role()
    {
        var profile = SynthesisedMesh.Dev.Only("AWS::IAM::InstanceProfile");

        Assert.StartsWith("BareMetalFleetRole", profile.GetProperty("Roles")[0].GetProperty("Ref").GetString(), StringComparison.Ordinal);
        Assert.True(Template.TryGetProperty("IamInstanceProfile", out _));
    }

    [NodeFact]
    public void Machines_and_disks_bear_the_tags_of_the_stage() => Assert.All(
        Template.GetProperty("TagSpecifications").EnumerateArray(),
        of => Assert.Equal(Tags, of.GetProperty("Tags").EnumerateArray()
            .Select(tag => $"{tag.GetProperty("Key")}={tag.GetProperty("Value")}").Where(Tags.Contains).Order()));

    [NodeFact]
    public void First_boot_fetches_the_worker_and_refuses_one_of_another_digest()
    {
        var script = Template.GetProperty("UserData").GetRawText();

        Assert.Contains("sha256sum --check --strict", script, StringComparison.Ordinal);
        Assert.Contains($"WORKER_SHA256='{new string('0', 64)}'", Unescape(script), StringComparison.Ordinal);
    }

    [NodeFact]
    public void The_context_says_what_it_runs_on_and_what_the_manager_launches_by()
    {
        var mesh = SynthesisedMesh.With(
            ("architecture", "x64"), ("instanceTypes", "c6i.large,c7i.large"), ("spot", "1"), ("costCap", "0.5"), ("prices", "template=0.1"),
            ("minWorkers", "1"), ("launchOrder", "subnet"), ("bootDeadline", "10m"));

        var template = mesh.Only("AWS::EC2::LaunchTemplate").GetProperty("LaunchTemplateData");
        Assert.Equal("c6i.large", template.GetProperty("InstanceType").GetString());
        Assert.Contains("x8664", template.GetProperty("ImageId").GetRawText(), StringComparison.OrdinalIgnoreCase);
        var variables = mesh.Only("AWS::Lambda::Function", "Functionsmanager").GetProperty("Environment").GetProperty("Variables");
        string[] settings =
        [
            "TEMPLATE_TYPE", "INSTANCE_TYPES", "IMAGE_ARCHITECTURE", "SPOT", "COST_CAP", "PRICES", "MIN_WORKERS", "LAUNCH_ORDER", "BOOT_DEADLINE",
        ];
        Assert.Equal(
            ["c6i.large", "c6i.large,c7i.large", "x64", "1", "0.5", "template=0.1", "1", "subnet", "10m"],
            settings.Select(name => variables.GetProperty($"TASKMESH_MANAGER_{name}").GetString()));
        var launching = Assert.Single(
            Rights.Of(mesh, "FunctionsmanagerRole"), right => right.Condition.Contains("ec2:InstanceType", StringComparison.Ordinal));
        Assert.Contains("c7i.large", launching.Condition, StringComparison.Ordinal);
    }

    private static string Unescape(string json) => json.Replace("\\u0027", "'", StringComparison.Ordinal);
}
