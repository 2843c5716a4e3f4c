using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.EC2;
using Amazon.EC2.Model;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.Testing;
using Instance = Amazon.EC2.Model.Instance;
using InstanceType = Amazon.EC2.InstanceType;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>What EC2 does on its bad days, as the SDK sees it.</summary>
public sealed class InstanceFaultTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    [Fact]
    public async Task A_lost_reply_hides_a_launch_that_the_same_token_finds()
    {
        await using var cloud = await StartAsync(new Ec2Fault { ReplyLost = true, Count = 1 }, new Ec2Fault { Code = "Unsupported", From = 2 });

        await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(cloud, "token"));
        var found = await RunAsync(cloud, "token");
        var other = await Assert.ThrowsAsync<AmazonEC2Exception>(() => RunAsync(cloud, "other"));

        Assert.Equal([found.InstanceId], await IdsAsync(cloud));
        Assert.Equal("Unsupported", other.ErrorCode);
        Assert.Equal(["launched lost", "launched", "Unsupported"], await LaunchesAsync(cloud));
    }

    [Fact]
    public async Task A_server_error_may_have_launched()
    {
        await using var cloud = await StartAsync(new Ec2Fault { Code = "InternalError", TakesEffect = true, Count = 1 });

        var error = await Assert.ThrowsAsync<AmazonEC2Exception>(() => RunAsync(cloud, "token"));

        Assert.Equal(("InternalError", HttpStatusCode.InternalServerError), (error.ErrorCode, error.StatusCode));
        Assert.Equal(await IdsAsync(cloud), [(await RunAsync(cloud, "token")).InstanceId]);
    }

    [Fact]
    public async Task Faults_can_change_while_the_cloud_runs()
    {
        await using var cloud = await StartAsync();
        using var faults = new StringContent("""[{"code":"InsufficientInstanceCapacity","instanceType":"t4g.small"}]""");
        using var answer = await cloud.Http.PutAsync(new Uri("/_local/ec2/faults", UriKind.Relative), faults);

        await RunAsync(cloud, "a");
        var refused = await Assert.ThrowsAsync<AmazonEC2Exception>(() => RunAsync(cloud, "b", InstanceType.T4gSmall));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("InsufficientInstanceCapacity", refused.ErrorCode);
    }

    [Fact]
    public async Task A_new_instance_is_not_seen_at_once()
    {
        await using var cloud = await StartAsync(new Ec2Configuration { VisibleAfterSeconds = 600 });

        var launched = await RunAsync(cloud, "token");
        var error = await Assert.ThrowsAsync<AmazonEC2Exception>(
            () => cloud.Ec2.TerminateInstancesAsync(new TerminateInstancesRequest([launched.InstanceId])));

        Assert.Empty(await IdsAsync(cloud));
        Assert.Equal("InvalidInstanceID.NotFound", error.ErrorCode);
        Assert.Equal(launched.InstanceId, (await RunAsync(cloud, "token")).InstanceId);
    }

    [Fact]
    public async Task Pages_are_as_short_as_the_cloud_likes()
    {
        await using var cloud = await StartAsync(new Ec2Configuration { MostPerPage = 5 });
        foreach (var token in Enumerable.Range(0, 7))
            await RunAsync(cloud, $"token-{token}");

        var first = await cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { MaxResults = 1000 });

        Assert.Equal(5, first.Reservations.Count);
        Assert.NotNull(first.NextToken);
    }

    [Fact]
    public async Task Terminated_instances_count_against_the_quota_for_a_while()
    {
        await using var cloud = await StartAsync(new Ec2Configuration { VcpuQuota = 2, TerminatedCountsSeconds = 600 });
        var first = await RunAsync(cloud, "a");
        await cloud.Ec2.TerminateInstancesAsync(new TerminateInstancesRequest([first.InstanceId]));
        await UntilAsync(cloud, first.InstanceId, "terminated");

        var refused = await Assert.ThrowsAsync<AmazonEC2Exception>(() => RunAsync(cloud, "b"));

        Assert.Equal("VcpuLimitExceeded", refused.ErrorCode);
    }

    [Fact]
    public async Task A_boot_may_fail_or_hang()
    {
        await using var cloud = await StartAsync(
            new Ec2Fault { Operation = Ec2Fault.Boot, Code = Ec2Fault.BootFails, Count = 1 },
            new Ec2Fault { Operation = Ec2Fault.Boot, Code = Ec2Fault.BootHangs });

        var failed = await UntilAsync(cloud, (await RunAsync(cloud, "a")).InstanceId, "terminated");
        var hanging = await UntilAsync(cloud, (await RunAsync(cloud, "b")).InstanceId, "running");
        await cloud.Ec2.TerminateInstancesAsync(new TerminateInstancesRequest([hanging.InstanceId]));
        await UntilAsync(cloud, hanging.InstanceId, "terminated");

        Assert.Equal("Server.InternalError", failed.StateReason.Code);
    }

    [Fact]
    public async Task The_latest_version_of_a_template_moves_and_a_repeated_launch_does_not()
    {
        await using var cloud = await StartAsync();
        var before = await RunAsync(cloud, "a");
        using var version = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["Action"] = "CreateLaunchTemplateVersion",
            ["Version"] = "2016-11-15",
            ["LaunchTemplateName"] = "worker",
            ["SourceVersion"] = "1",
            ["LaunchTemplateData.InstanceType"] = "t4g.small",
        });
        using var made = await cloud.Http.PostAsync(new Uri("/", UriKind.Relative), version);

        var after = await RunAsync(cloud, "b");

        Assert.Equal((InstanceType.T4gMicro, InstanceType.T4gSmall), (before.InstanceType, after.InstanceType));
        Assert.Equal("2", after.Tags.Single(tag => tag.Key == "aws:ec2launchtemplate:version").Value);
        Assert.Equal(before.InstanceId, (await RunAsync(cloud, "a")).InstanceId);
    }

    [Fact]
    public async Task An_instance_is_told_that_it_is_wanted_back_with_a_token_that_still_lives()
    {
        await using var cloud = await StartAsync();
        var id = (await RunAsync(cloud, "a")).InstanceId;
        using var told = await cloud.Http.PostAsync(new Uri($"/_local/instances/{id}/spot-notice", UriKind.Relative), null);
        using var asking = new HttpRequestMessage(HttpMethod.Put, $"/imds/{id}/latest/api/token");
        asking.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "1");
        using var given = await cloud.Http.SendAsync(asking);
        var token = await given.Content.ReadAsStringAsync();

        Assert.Contains("\"action\":\"terminate\"", await NoticeAsync(cloud, id, token), StringComparison.Ordinal);
        await Eventually.GetAsync(() => NoticeAsync(cloud, id, token), notice => notice == "Unauthorized");
    }

    [Fact]
    public async Task An_instance_that_does_not_heed_the_notice_is_taken_away()
    {
        await using var cloud = await StartAsync(new Ec2Configuration { SpotNoticeSeconds = 0.1 });
        var id = (await RunAsync(cloud, "a")).InstanceId;
        await UntilAsync(cloud, id, "running");

        await BefallAsync(cloud, id, "spot-notice");

        Assert.Equal("Server.SpotInstanceTermination", (await UntilAsync(cloud, id, "terminated")).StateReason.Code);
    }

    [Fact]
    public async Task A_paused_instance_does_nothing_until_it_may()
    {
        await using var cloud = await StartAsync();
        var id = (await RunAsync(cloud, "a")).InstanceId;
        var process = int.Parse((await Eventually.GetAsync(() => ConsoleAsync(cloud, id), text => text.Length > 0)).Trim());

        await BefallAsync(cloud, id, "pause");
        await Eventually.GetAsync(() => StateAsync(process), state => state == 'T');
        await BefallAsync(cloud, id, "resume");
        await Eventually.GetAsync(() => StateAsync(process), state => state != 'T');
        await BefallAsync(cloud, id, "kill");

        Assert.Equal("Client.InstanceInitiatedShutdown", (await UntilAsync(cloud, id, "terminated")).StateReason.Code);
    }

    private Task<CloudRig> StartAsync(params Ec2Fault[] faults) => StartAsync(new Ec2Configuration { Faults = faults });

    private Task<CloudRig> StartAsync(Ec2Configuration ec2) => CloudRig.StartAsync(store, (empty, _) => empty with
    {
        StopGraceSeconds = 0.5,
        Ec2 = ec2,
        Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = new() { Command = ["bash", "-c", "echo $$; exec sleep 600"] } },
        LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration> { ["worker"] = new([new("ami-1", "t4g.micro")]) },
    });

    private static async Task<Instance> RunAsync(CloudRig cloud, string token, InstanceType? type = null)
    {
        using var ec2 = AwsTestClients.Ec2At(cloud.Endpoint, retries: 0);
        var response = await ec2.RunInstancesAsync(new RunInstancesRequest
        {
            MinCount = 1,
            MaxCount = 1,
            ClientToken = token,
            InstanceType = type,
            LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = "worker", Version = "$Latest" },
        });
        return response.Reservation.Instances[0];
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(CloudRig cloud) =>
        [.. ((await cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest())).Reservations ?? [])
            .SelectMany(reservation => reservation.Instances).Select(instance => instance.InstanceId)];

    private static async Task<IReadOnlyList<string>> LaunchesAsync(CloudRig cloud) =>
    [
        .. JsonSerializer.Deserialize<LaunchCall[]>(
            await cloud.Http.GetStringAsync(new Uri("/_local/ec2/launches", UriKind.Relative)), ConfigurationReader.Json)!
            .Select(call => call.ReplyLost ? $"{call.Answer} lost" : call.Answer),
    ];

    private static Task<Instance> UntilAsync(CloudRig cloud, string id, string state) => Eventually.GetAsync(
        async () => (await cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [id] })).Reservations[0].Instances[0],
        instance => instance.State.Name.Value == state);

    private static async Task<string> ConsoleAsync(CloudRig cloud, string id) => Encoding.UTF8.GetString(
        Convert.FromBase64String((await cloud.Ec2.GetConsoleOutputAsync(new GetConsoleOutputRequest { InstanceId = id })).Output ?? ""));

    private static async Task<string> NoticeAsync(CloudRig cloud, string id, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/imds/{id}/latest/meta-data/spot/instance-action");
        request.Headers.Add("X-aws-ec2-metadata-token", token);
        using var response = await cloud.Http.SendAsync(request);
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsStringAsync() : $"{response.StatusCode}";
    }

    private static async Task BefallAsync(CloudRig cloud, string id, string happening)
    {
        using var response = await cloud.Http.PostAsync(new Uri($"/_local/instances/{id}/{happening}", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private static async Task<char> StateAsync(int process) => (await File.ReadAllTextAsync($"/proc/{process}/stat")).Split(") ")[1][0];
}
