using System.Net;
using System.Text;
using Amazon.EC2;
using Amazon.EC2.Model;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

public sealed class InstanceTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    [Fact]
    public async Task An_instance_lives_as_long_as_its_process()
    {
        await using var cloud = await StartAsync("sleep 0.2");

        var launched = await RunAsync(cloud);
        var ended = await UntilAsync(cloud, launched.InstanceId, "terminated");

        Assert.Equal("pending", launched.State.Name.Value);
        Assert.Equal("Client.InstanceInitiatedShutdown", ended.StateReason.Code);
    }

    [Fact]
    public async Task A_terminated_instance_is_asked_to_end_and_killed_when_it_does_not()
    {
        await using var cloud = await StartAsync("""trap 'echo asked' TERM; echo ready; while :; do sleep 0.1; done""");
        var id = (await RunAsync(cloud)).InstanceId;
        await UntilConsoleAsync(cloud, id, "ready");

        var change = Assert.Single((await cloud.Ec2.TerminateInstancesAsync(new TerminateInstancesRequest([id]))).TerminatingInstances);
        var ended = await UntilAsync(cloud, id, "terminated");

        Assert.Equal(("running", "shutting-down"), (change.PreviousState.Name.Value, change.CurrentState.Name.Value));
        Assert.Equal("Client.UserInitiatedShutdown", ended.StateReason.Code);
        Assert.Contains("asked", await ConsoleAsync(cloud, id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_token_is_the_same_launch_and_other_parameters_are_a_mismatch()
    {
        await using var cloud = await StartAsync("sleep 600");

        var launches = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RunAsync(cloud, request => request.ClientToken = "t")));
        var other = await Assert.ThrowsAsync<AmazonEC2Exception>(() => RunAsync(cloud, request =>
        {
            request.ClientToken = "t";
            request.InstanceType = InstanceType.T4gSmall;
        }));

        Assert.Single(launches.Select(instance => instance.InstanceId).Distinct());
        Assert.Equal("IdempotentParameterMismatch", other.ErrorCode);
    }

    [Fact]
    public async Task Instances_are_found_by_state_tag_and_token_page_by_page()
    {
        await using var cloud = await StartAsync("sleep 600");
        for (var launch = 0; launch < 7; launch++)
            await RunAsync(cloud, request => (request.ClientToken, request.MaxCount) = ($"token-{launch}", launch == 0 ? 2 : 1));
        var tagged = (await cloud.Ec2.DescribeInstancesAsync(Where("client-token", "token-3"))).Reservations.Single().Instances.Single().InstanceId;
        await cloud.Ec2.CreateTagsAsync(new CreateTagsRequest { Resources = [tagged], Tags = [new Tag("slot", "3")] });

        var first = await cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { MaxResults = 5 });
        var second = await cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { MaxResults = 5, NextToken = first.NextToken });
        var bySlot = await cloud.Ec2.DescribeInstancesAsync(Where("tag:slot", "?"));
        var gone = await cloud.Ec2.DescribeInstancesAsync(Where("instance-state-name", "terminated", "stopp*"));

        Assert.Equal((5, 3), (Ids(first).Count, Ids(second).Count));
        Assert.Empty(Ids(first).Intersect(Ids(second)));
        Assert.Null(second.NextToken);
        Assert.Equal([tagged], Ids(bySlot));
        Assert.Empty(Ids(gone));
    }

    [Fact]
    public async Task An_instance_learns_who_it_is_from_the_metadata_service()
    {
        await using var cloud = await StartAsync("echo $AWS_EC2_METADATA_SERVICE_ENDPOINT; sleep 600");
        var id = (await RunAsync(cloud)).InstanceId;
        var metadata = new Uri($"{(await UntilConsoleAsync(cloud, id, "imds")).Trim()}/latest/");

        using var asking = new HttpRequestMessage(HttpMethod.Put, new Uri(metadata, "api/token"));
        asking.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        using var given = await cloud.Http.SendAsync(asking);
        var token = await given.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.Unauthorized, ""), await GetAsync(cloud, metadata, "meta-data/instance-id", "guessed"));
        Assert.Equal((HttpStatusCode.OK, id), await GetAsync(cloud, metadata, "meta-data/instance-id", token));
        Assert.Equal((HttpStatusCode.OK, "t4g.micro"), await GetAsync(cloud, metadata, "meta-data/instance-type", token));
        Assert.Equal((HttpStatusCode.OK, "eu-west-1a"), await GetAsync(cloud, metadata, "meta-data/placement/availability-zone", token));
        Assert.Equal((HttpStatusCode.NotFound, ""), await GetAsync(cloud, metadata, "meta-data/spot/instance-action", token));
    }

    [RootFact]
    public async Task An_instance_has_its_user_and_the_listed_capabilities_alone()
    {
        await using var cloud = await StartAsync(
            "cat /proc/self/status; id -G; sleep 600", image => image with { UserId = 65534, Capabilities = ["net_raw"] });

        var status = await UntilConsoleAsync(cloud, (await RunAsync(cloud)).InstanceId, "65534\n");

        const string netRaw = "0000000000002000";
        Assert.Contains("Uid:\t65534\t65534\t65534\t65534\n", status, StringComparison.Ordinal);
        Assert.Contains("Gid:\t65534\t65534\t65534\t65534\n", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
        Assert.All(
            ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"],
            set => Assert.Contains($"{set}:\t{netRaw}\n", status, StringComparison.Ordinal));
    }

    [RootFact]
    public async Task An_instance_in_a_namespace_reaches_the_cloud_at_the_same_address()
    {
        using var network = new TestNamespace();
        const string ask = """
            exec 3<>/dev/tcp/127.0.0.1/${AWS_ENDPOINT_URL##*:}
            printf 'PUT %s/latest/api/token HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n' \
                /imds/${AWS_EC2_METADATA_SERVICE_ENDPOINT##*/} >&3
            cat <&3; echo devices: $(ls /sys/class/net); sleep 600
            """;
        await using var cloud = await StartAsync(ask, image => image with { NetworkNamespace = network.Name });

        var console = await UntilConsoleAsync(cloud, (await RunAsync(cloud)).InstanceId, "devices:");

        Assert.StartsWith("HTTP/1.1 200", console, StringComparison.Ordinal);
        Assert.EndsWith("devices: lo\n", console, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_namespace_that_does_not_exist_is_named()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync("true", image => image with { NetworkNamespace = "tm-none" }));

        Assert.Contains("Network namespace 'tm-none'", error.Message, StringComparison.Ordinal);
    }

    private Task<CloudRig> StartAsync(string script, Func<ImageConfiguration, ImageConfiguration>? change = null)
    {
        var image = new ImageConfiguration { Command = ["bash", "-c", script] };
        return CloudRig.StartAsync(store, (empty, _) => empty with
        {
            StopGraceSeconds = 0.5,
            Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = change?.Invoke(image) ?? image },
            LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration> { ["worker"] = new([new("ami-1", "t4g.micro")]) },
        });
    }

    private static async Task<Instance> RunAsync(CloudRig cloud, Action<RunInstancesRequest>? change = null)
    {
        var request = new RunInstancesRequest
        {
            MinCount = 1,
            MaxCount = 1,
            LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = "worker", Version = "$Latest" },
        };
        change?.Invoke(request);
        return (await cloud.Ec2.RunInstancesAsync(request)).Reservation.Instances[0];
    }

    private static Task<Instance> UntilAsync(CloudRig cloud, string id, string state) => Eventually.GetAsync(
        async () => (await cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [id] })).Reservations[0].Instances[0],
        instance => instance.State.Name.Value == state);

    private static Task<string> UntilConsoleAsync(CloudRig cloud, string id, string text) =>
        Eventually.GetAsync(() => ConsoleAsync(cloud, id), console => console.Contains(text, StringComparison.Ordinal));

    private static async Task<string> ConsoleAsync(CloudRig cloud, string id) => Encoding.UTF8.GetString(
        Convert.FromBase64String((await cloud.Ec2.GetConsoleOutputAsync(new GetConsoleOutputRequest { InstanceId = id })).Output ?? ""));

    private static DescribeInstancesRequest Where(string filter, params string[] values) => new() { Filters = [new Filter(filter, [.. values])] };

    private static List<string> Ids(DescribeInstancesResponse response) =>
        [.. (response.Reservations ?? []).SelectMany(reservation => reservation.Instances).Select(instance => instance.InstanceId)];

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(CloudRig cloud, Uri metadata, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(metadata, path));
        request.Headers.Add("X-aws-ec2-metadata-token", token);
        using var response = await cloud.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
