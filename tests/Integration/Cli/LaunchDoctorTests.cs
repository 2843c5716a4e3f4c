using System.Net.Http.Json;
using System.Text.Json;
using Amazon.EC2.Model;
using TaskMesh.Cli;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Manager;
using TaskMesh.Postgres.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>What a launch needs of EC2, broken one thing at a time; the doctor names it before any task waits for it.</summary>
[Collection(ProductTests.Name)]
public sealed class LaunchDoctorTests(ProductCluster cluster, StoreCluster store) : IClassFixture<StoreCluster>, IAsyncLifetime
{
    private static readonly string[] Checks = ["fleet", "launch-template", "image", "instance-types", "subnets", "launch"];

    private ProductDatabase _database = null!;
    private CloudRig _cloud = null!;

    public async Task InitializeAsync()
    {
        _database = await cluster.CreateAsync();
        _cloud = await CloudRig.StartAsync(store, (empty, _) => empty with
        {
            Images = new Dictionary<string, ImageConfiguration>
            {
                ["ami-arm"] = new() { Command = ["sleep", "600"] },
                ["ami-x86"] = new() { Command = ["sleep", "600"], Architecture = "x86_64" },
            },
            Subnets = new Dictionary<string, SubnetConfiguration> { ["subnet-a"] = new("eu-west-1a"), ["subnet-b"] = new("eu-west-1b") },
            LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration>
            {
                ["worker"] = new([new("ami-arm", "t4g.micro"), new("ami-arm", "t4g.small")]),
                ["other-image"] = new([new("ami-x86", "t4g.small")]),
                ["own-subnet"] = new([new("ami-arm", "t4g.small", SubnetId: "subnet-a")]),
            },
        });
        var gone = new RequestLaunchTemplateData { ImageId = "ami-gone", InstanceType = "t4g.small" };
        await _cloud.Ec2.CreateLaunchTemplateAsync(new() { LaunchTemplateName = "no-image", LaunchTemplateData = gone });
    }

    public async Task DisposeAsync()
    {
        await _cloud.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Of_a_fleet_that_could_launch_everything_is_well()
    {
        var found = await DoctorAsync();

        Assert.Equal(Checks.Select(check => $"{check} OK"), found.Select(one => $"{one.Check} {one.Verdict}"));
        Assert.Equal("worker, version 2 ($Latest): image ami-arm, type t4g.small.", found[1].Evidence);
        Assert.Empty((await _cloud.Ec2.DescribeInstancesAsync(new())).Reservations ?? []);
        Assert.Equal("[]", await _cloud.Http.GetStringAsync("/_local/ec2/launches"));
    }

    [Theory]
    [InlineData("launch-template", "FAIL", "EC2 has no launch template 'none'.", "TASKMESH_MANAGER_LAUNCH_TEMPLATE", "none")]
    [InlineData(
        "launch-template", "FAIL", "The launch template 'worker' has no version 9.", "TASKMESH_MANAGER_LAUNCH_TEMPLATE_VERSION", "9")]
    [InlineData(
        "launch-template", "WARN", "The launch template's own type is t4g.micro, and the Manager counts on t4g.small.",
        "TASKMESH_MANAGER_LAUNCH_TEMPLATE_VERSION", "1")]
    [InlineData("image", "FAIL", "The launch template's image ami-gone does not exist.", "TASKMESH_MANAGER_LAUNCH_TEMPLATE", "no-image")]
    [InlineData(
        "instance-types", "FAIL", "t4g.small, c7g.medium are for arm64, and the image ami-x86 is for x86_64.",
        "TASKMESH_MANAGER_LAUNCH_TEMPLATE", "other-image")]
    [InlineData(
        "instance-types", "FAIL", "EC2 has no instance type t4g.nano in this region.", "TASKMESH_MANAGER_INSTANCE_TYPES", "t4g.nano")]
    [InlineData("subnets", "FAIL", "EC2 has no subnet subnet-z.", "BARE_METAL_WORKER_SUBNETS", "subnet-a,subnet-z")]
    [InlineData("fleet", "WARN", "MAX_BARE_METAL_WORKERS is 0", "MAX_BARE_METAL_WORKERS", "0")]
    [InlineData("launch", "FAIL", "EC2 would not launch template/subnet-a: InvalidParameterCombination: Network interfaces",
        "TASKMESH_MANAGER_LAUNCH_TEMPLATE", "own-subnet")]
    public async Task What_is_wrong_is_named_alone_with_what_to_do(string check, string verdict, string evidence, string variable, string value)
    {
        var found = Assert.Single(await DoctorAsync((variable, value)), one => one.Verdict != "OK");

        Assert.Equal((check, verdict), (found.Check, found.Verdict));
        Assert.StartsWith(evidence, found.Evidence, StringComparison.Ordinal);
        Assert.NotNull(found.Fix);
    }

    [Fact]
    public async Task A_permission_that_is_missing_is_named()
    {
        await _cloud.Http.PutAsJsonAsync("/_local/ec2/faults", new[] { new { code = "UnauthorizedOperation" } });

        var found = Assert.Single(await DoctorAsync(), one => one.Verdict != "OK");

        Assert.Equal(("launch", "WARN"), (found.Check, found.Verdict));
        Assert.Contains("ec2:RunInstances", found.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("Encoded authorization", found.Evidence, StringComparison.Ordinal);
        Assert.Contains("the Manager's role", found.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_ask_EC2_is_told_what_to_be_granted()
    {
        await _cloud.Http.PutAsJsonAsync(
            "/_local/ec2/faults", new[] { new { operation = "DescribeLaunchTemplateVersions", code = "UnauthorizedOperation" } });

        var found = Assert.Single(await DoctorAsync(), one => one.Verdict != "OK");

        Assert.Equal(("launch-template", "WARN"), (found.Check, found.Verdict));
        Assert.Contains("ec2:DescribeImages", found.Fix, StringComparison.Ordinal);
    }

    /// <summary>As a Manager with these variables has told the database that it will launch.</summary>
    private async Task<IReadOnlyList<Finding>> DoctorAsync(params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>
        {
            ["TASKMESH_DATABASE"] = "none",
            ["TASKMESH_MANAGER_QUEUE_URL"] = "none",
            ["TASKMESH_EXTERNAL_QUEUE_URL"] = "none",
            ["TASKMESH_INTERNAL_QUEUE_URL"] = "none",
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = "none",
            ["TASKMESH_MANAGER_LAUNCH_TEMPLATE"] = "worker",
            ["TASKMESH_MANAGER_TEMPLATE_TYPE"] = "t4g.small",
            ["TASKMESH_MANAGER_INSTANCE_TYPES"] = "t4g.small,c7g.medium",
            ["BARE_METAL_WORKER_SUBNETS"] = "subnet-a,subnet-b",
        };
        foreach (var (name, value) in variables)
            environment[name] = value;
        await new FleetLedger(_database.As("tm_manager"), "bare-metal").TellAsync(ManagerSettings.Read(environment).Rules, CancellationToken.None);

        using var process = CliProcess.Start(
            new Dictionary<string, string>
            {
                ["TASKMESH_CLI_DATABASE"] = _database.ConnectionString("tm_reader"),
                ["TASKMESH_MANAGER_QUEUE_URL"] = $"{_cloud.Endpoint}000000000000/taskmesh-manager",
                ["TASKMESH_CONTROL_QUEUE_URL"] = $"{_cloud.Endpoint}000000000000/taskmesh-control",
                ["AWS_ENDPOINT_URL"] = _cloud.Endpoint.GetLeftPart(UriPartial.Authority),
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_ACCESS_KEY_ID"] = "local",
                ["AWS_SECRET_ACCESS_KEY"] = "local",
            },
            ["doctor", "-o", "json"]);
        var answer = await CliProcess.EndAsync(process);

        Assert.True(answer.Code is ExitCode.Success or ExitCode.Unwell, answer.Errors);
        var found = answer.Json.Deserialize<Finding[]>(JsonSerializerOptions.Web)!;
        return [.. found.Where(one => Checks.Contains(one.Check))];
    }

    private sealed record Finding(string Check, string Verdict, string Evidence, string? Fix);
}
