using System.Net;
using TaskMesh.Aws;
using TaskMesh.Core.Fleet;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Aws;

public class Ec2FleetTests
{
    private static readonly LaunchRequest Request = new(
        "token-1", "taskmesh-bare-metal-worker", "$Latest", "t4g.micro", "subnet-1", new Dictionary<string, string> { ["app"] = "taskmesh" });

    [Fact]
    public async Task A_launch_asks_for_one_instance_of_the_template()
    {
        var http = new StubHttp(_ => new StubAnswer(Launched("i-1")));

        var answer = await FleetOn(http).LaunchAsync(Request, CancellationToken.None);

        var instance = Assert.IsType<LaunchAnswer.Launched>(answer).Instance;
        Assert.Equal(("i-1", "pending", "t4g.micro", "eu-west-1a"), (instance.Id, instance.State, instance.InstanceType, instance.Zone));
        Assert.Equal(DateTimeOffset.Parse("2026-01-02T03:04:05Z"), instance.LaunchedAt);
        Assert.Equal("taskmesh", instance.Tags["app"]);
        Assert.Equal(
            [
                "Action=RunInstances", "ClientToken=token-1", "InstanceType=t4g.micro",
                "LaunchTemplate.LaunchTemplateName=taskmesh-bare-metal-worker", "LaunchTemplate.Version=%24Latest", "MaxCount=1", "MinCount=1",
                "SubnetId=subnet-1", "TagSpecification.1.ResourceType=instance", "TagSpecification.1.Tag.1.Key=app",
                "TagSpecification.1.Tag.1.Value=taskmesh", "Version=2016-11-15",
            ],
            Assert.Single(http.Requests).Split('&').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_request_leaves_open_is_the_templates()
    {
        var http = new StubHttp(_ => new StubAnswer(Launched("i-1")));

        await FleetOn(http).LaunchAsync(Request with { InstanceType = null, Subnet = null }, CancellationToken.None);

        Assert.DoesNotContain("InstanceType", http.Requests[0]);
        Assert.DoesNotContain("SubnetId", http.Requests[0]);
    }

    [Theory]
    [InlineData("InsufficientInstanceCapacity", HttpStatusCode.InternalServerError)]
    [InlineData("RequestLimitExceeded", HttpStatusCode.ServiceUnavailable)]
    [InlineData("VcpuLimitExceeded", HttpStatusCode.BadRequest)]
    [InlineData("SomethingNew", HttpStatusCode.BadRequest)]
    public async Task A_definite_no_is_a_refusal_with_its_code_after_one_call(string code, HttpStatusCode status)
    {
        var http = new StubHttp(_ => Error(code, status));

        var answer = await FleetOn(http).LaunchAsync(Request, CancellationToken.None);

        Assert.Equal(new LaunchAnswer.Refused(code, "why not", "request-1", Ec2Errors.ClassOf(code)), answer);
        Assert.Single(http.Requests);
    }

    [Theory]
    [InlineData("InternalError", HttpStatusCode.InternalServerError)]
    [InlineData("Unavailable", HttpStatusCode.ServiceUnavailable)]
    [InlineData("SomethingNew", HttpStatusCode.BadGateway)]
    public async Task A_server_error_leaves_the_launch_unknown_after_one_call(string code, HttpStatusCode status)
    {
        var http = new StubHttp(_ => Error(code, status));

        var answer = await FleetOn(http).LaunchAsync(Request, CancellationToken.None);

        Assert.IsType<LaunchAnswer.Unknown>(answer);
        Assert.Single(http.Requests);
    }

    [Theory]
    [InlineData("<html>gateway</html>")]
    [InlineData("cut off <Ru")]
    public async Task An_answer_that_is_none_leaves_the_launch_unknown(string body)
    {
        var http = new StubHttp(_ => new StubAnswer(body));

        Assert.IsType<LaunchAnswer.Unknown>(await FleetOn(http).LaunchAsync(Request, CancellationToken.None));
    }

    [Fact]
    public async Task A_broken_connection_leaves_the_launch_unknown()
    {
        var http = new StubHttp(_ => throw new HttpRequestException("connection reset"));

        Assert.IsType<LaunchAnswer.Unknown>(await FleetOn(http).LaunchAsync(Request, CancellationToken.None));
    }

    [Fact]
    public async Task A_list_follows_every_page()
    {
        var http = new StubHttp(request => new StubAnswer(
            request.Contains("NextToken=page-2") ? Described("", "i-3") : Described("<nextToken>page-2</nextToken>", "i-1", "i-2")));

        var instances = await FleetOn(http).ListAsync("app", "taskmesh", CancellationToken.None);

        Assert.Equal(["i-1", "i-2", "i-3"], instances.Select(instance => instance.Id));
        Assert.Contains("Filter.1.Name=tag%3Aapp", http.Requests[0]);
    }

    [Fact]
    public async Task An_unknown_instance_does_not_keep_the_others_alive()
    {
        var http = new StubHttp(request => request.Contains("i-gone")
            ? Error("InvalidInstanceID.NotFound", HttpStatusCode.BadRequest)
            : new StubAnswer("<TerminateInstancesResponse><requestId>r</requestId></TerminateInstancesResponse>"));

        await FleetOn(http).TerminateAsync(["i-1", "i-gone", "i-2"], CancellationToken.None);

        Assert.Equal(["i-1", "i-gone", "i-2"], http.Requests.Skip(1).Select(request => request.Split("InstanceId.1=")[1].Split('&')[0]));
    }

    private static Ec2Fleet FleetOn(StubHttp http) => new(AwsTestClients.Ec2(http), AwsTestClients.Ec2(http));

    private static string Launched(string id) =>
        $"<RunInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{Instances(id)}</RunInstancesResponse>";

    private static string Described(string token, params string[] ids) =>
        $"<DescribeInstancesResponse><reservationSet><item>{Instances(ids)}</item></reservationSet>{token}</DescribeInstancesResponse>";

    private static string Instances(params string[] ids) => $"<instancesSet>{string.Concat(ids.Select(id => $"""
        <item>
          <instanceId>{id}</instanceId>
          <instanceState><code>0</code><name>pending</name></instanceState>
          <instanceType>t4g.micro</instanceType>
          <launchTime>2026-01-02T03:04:05.000Z</launchTime>
          <placement><availabilityZone>eu-west-1a</availabilityZone></placement>
          <tagSet><item><key>app</key><value>taskmesh</value></item></tagSet>
        </item>
        """))}</instancesSet>";

    private static StubAnswer Error(string code, HttpStatusCode status) => new(
        $"<Response><Errors><Error><Code>{code}</Code><Message>why not</Message></Error></Errors><RequestID>request-1</RequestID></Response>",
        status);
}
