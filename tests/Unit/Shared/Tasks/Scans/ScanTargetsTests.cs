using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Tasks;
using TaskMesh.Tasks.Scans;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

/// <summary>From a scan to its shards, and from their results to one.</summary>
public class ScanTargetsTests
{
    private readonly SharedScanData _data = new();
    private readonly ScanRecon _recon = new();
    private readonly SentMessages _sent = new();

    [Fact]
    public async Task A_scan_is_cut_into_shards_of_the_given_size()
    {
        var output = await DoneAsync(
            TcpSynGenerator.Kind, """{"targets":["198.51.100.0/25",{"address":"198.51.100.128"}],"ports":"80,443","shardSize":100,"seed":7}""");

        Assert.Equal((258, 3), (output.GetProperty("planned").GetInt64(), output.GetProperty("shards").GetInt32()));
        var inputs = _sent.Inputs.Select(input => input.Deserialize(TcpSyn.InputJson)!).ToArray();
        Assert.Equal(["1/3", "2/3", "3/3"], inputs.Select(input => input.Shard));
        Assert.All(inputs, input => Assert.Equal((7UL, "80,443", 0), (input.Seed!.Value, input.Ports, input.Targets.Count)));
        Assert.All(_sent.Inputs, input => Assert.Empty(AllTasks.Catalogue.Find(TcpSyn.Kind)!.Check(input).Problems));
        var plan = await ScanTargets.ReadAsync(inputs[0].TargetsIn!, Context());
        Assert.Equal(["198.51.100.0-198.51.100.128"], plan!.Targets);
    }

    [Fact]
    public async Task A_shard_is_small_however_many_targets_there_are()
    {
        var targets = Enumerable.Range(0, 10_000).Select(host => $"198.51.{host / 128}.{host % 128 * 2}").ToArray();

        await DoneAsync(
            TcpSynGenerator.Kind, JsonSerializer.Serialize(new { targets, ports = "80", shardSize = 5_000 }));

        Assert.Equal(2, _sent.Inputs.Count);
        Assert.All(_sent.Inputs, input => Assert.InRange(input.GetRawText().Length, 1, 400));
    }

    [Fact]
    public async Task No_targets_are_no_shards()
    {
        var outcome = await ExecuteAsync(TcpSynGenerator.Kind, """{"targets":[],"ports":"80"}""");

        Assert.Empty(_sent.Inputs);
        Assert.Equal(0, Assert.IsType<TaskOutcome.Succeeded>(outcome).Children!.Value.Count);
    }

    [Theory]
    [InlineData("""{"targets":["198.51.100.0/33"],"ports":"80"}""", "targets: ")]
    [InlineData("""{"targets":[17],"ports":"80"}""", "targets: ")]
    [InlineData("""{"targets":["198.51.100.7"],"ports":"80","shardSize":0}""", "shardSize: 0 is not at least 1")]
    [InlineData("""{"targets":["198.51.0.0/16"],"ports":"1-65535","shardSize":1}""", "shardSize: the scan has 4294901760 shards")]
    [InlineData("""{"targets":["203.0.113.7"],"ports":"80"}""", "'203.0.113.7' is outside the scope")]
    public async Task What_cannot_be_cut_is_refused(string input, string reason)
    {
        var failed = Assert.IsType<TaskOutcome.Failed>(await ExecuteAsync(TcpSynGenerator.Kind, input));

        Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
        Assert.Empty(_sent.Inputs);
    }

    [Fact]
    public async Task Shards_add_up_and_the_whole_says_what_is_gone()
    {
        var plan = await PlanAsync();

        var sum = await DoneAsync(TcpSynAggregator.Kind, Aggregate(plan), [Shard(150, 3), Shard(106, 2)]);

        Assert.Equal((2, 0, 256, 5), (Number(sum, "shards"), Number(sum, "without"), Number(sum, "planned"), Number(sum, "open")));
        Assert.Equal(["198.51.100.9"], sum.GetProperty("allPortsOpen").EnumerateArray().Select(host => host.GetString()));
        var (area, since) = Assert.Single(_recon.Gone);
        Assert.Equal(("198.51.100.0/24", "443", ScanRecon.Start), ($"{area.Targets}", $"{area.Ports}", since));
    }

    [Fact]
    public async Task A_TLS_scan_is_cut_and_added_up_too()
    {
        var output = await DoneAsync(
            TlsScanGenerator.Kind,
            """
            {"targets":["198.51.100.0/25",{"name":"www.example.com","address":"198.51.100.9"}],"ports":"443,8443","names":["a.example","b.example"],
             "shardSize":200}
            """);

        Assert.Equal((514, 3), (Number(output, "planned"), Number(output, "shards")));
        var inputs = _sent.Inputs.Select(input => input.Deserialize(TlsScan.InputJson)!).ToArray();
        Assert.Equal(["1/3", "2/3", "3/3"], inputs.Select(input => input.Shard));
        Assert.Single(inputs.Select(input => input.Seed).Distinct());
        Assert.Equal(
            ["198.51.100.0/25", "www.example.com@198.51.100.9"], (await ScanTargets.ReadAsync(inputs[0].TargetsIn!, Context()))!.Targets);

        var shard = JsonSerializer.SerializeToElement(
            new TlsScanOutput(100, 7, 5, 90, 1, 2, 0, 0, 120, 0, 0, 0, 1_000, "pcap", []), TlsScan.OutputJson);
        var sum = await DoneAsync(TlsScanAggregator.Kind, """{"of":"shards"}""", [shard, null, shard]);

        Assert.Equal((3, 1, 200), (Number(sum, "shards"), Number(sum, "without"), Number(sum, "planned")));
        Assert.Equal((14, 10), (Number(sum, "open"), Number(sum, "certificates")));
    }

    [Fact]
    public async Task Only_servers_of_given_addresses_are_asked_for_certificates()
    {
        await DoneAsync(
            TlsScanGenerator.Kind,
            """
            {"targets":[{"name":"a.example","address":"198.51.100.9"},{"name":"b.example","address":"198.51.100.10"}],
             "among":[{"address":"198.51.100.9","port":443},{"address":"198.51.100.9","port":8443}]}
            """);

        Assert.Equal(["a.example@198.51.100.9"], _data.Shared.Values.Single().GetProperty("targets").EnumerateArray().Select(each => $"{each}"));
        var none = await DoneAsync(TlsScanGenerator.Kind, """{"targets":[{"name":"a.example","address":"198.51.100.9"}],"among":[]}""");
        Assert.Equal(0, Number(none, "shards"));
    }

    [Fact]
    public async Task A_scan_of_names_is_cut_and_added_up_too_and_tells_where_they_lead_to()
    {
        var output = await DoneAsync(
            DnsScanGenerator.Kind,
            """
            {"names":["Example.com",{"name":"example.org","firstSeen":"2026-01-01T00:00:00Z"}],"words":["www","mail"],"resolvers":["198.51.0.53"],
             "shardSize":5}
            """);

        Assert.Equal((12, 3), (Number(output, "planned"), Number(output, "shards")));
        var inputs = _sent.Inputs.Select(input => input.Deserialize(DnsScan.InputJson)!).ToArray();
        Assert.Equal(["1/3", "2/3", "3/3"], inputs.Select(input => input.Shard));
        Assert.All(_sent.Inputs, input => Assert.Empty(AllTasks.Catalogue.Find(DnsScan.Kind)!.Check(input).Problems));
        Assert.All(inputs, input => Assert.Equal((0, null, "A,AAAA"), (input.Names.Count, input.Words, string.Join(',', input.Types!))));
        var shared = await ScanTargets.ReadAsync(inputs[0].NamesIn!, Context());
        Assert.Equal(["Example.com", "example.org"], shared!.Targets);
        Assert.Equal(["www", "mail"], shared.Words!);

        _recon.Records =
        [
            Record("www.example.com", "CNAME", "web.example.com"),
            Record("web.example.com", "A", "198.51.100.9"),
            Record("example.org", "AAAA", "2001:db8::1"),
            Record("mail.example.org", "A", "198.51.100.10"),
            Record("www.example.net", "A", "198.51.100.11"),
            Record("example.com.example.net", "A", "198.51.100.12"),
            Record("round.example.com", "CNAME", "round.example.com"),
        ];
        var plan = JsonSerializer.Serialize(new { of = SharedScanData.Container, plan = output.GetProperty("plan").GetString() });
        var sum = await DoneAsync(DnsScanAggregator.Kind, plan, [Names(5, "one"), null, Names(2, "two")]);

        Assert.Equal((3, 1, 7), (Number(sum, "shards"), Number(sum, "without"), Number(sum, "planned")));
        Assert.Equal(
            ["www.example.com@198.51.100.9", "web.example.com@198.51.100.9", "mail.example.org@198.51.100.10"],
            sum.GetProperty("addresses").EnumerateArray().Select(row => $"{row.GetProperty("name")}@{row.GetProperty("address")}"));
        Assert.Equal("example.org A", Assert.Single(sum.GetProperty("wildcardsUnknown").EnumerateArray()).GetString());
        Assert.Equal(["one"], sum.GetProperty("wildcards").EnumerateArray().Select(row => row.GetProperty("proof").GetString()));
    }

    [Fact]
    public async Task No_names_are_no_shards()
    {
        await DoneAsync(DnsScanGenerator.Kind, """{"names":[],"resolvers":["198.51.0.53"]}""");

        Assert.Empty(_sent.Inputs);
    }

    [Fact]
    public async Task A_shard_that_may_have_missed_something_leaves_open_what_is_gone()
    {
        var plan = await PlanAsync();

        var sum = await DoneAsync(TcpSynAggregator.Kind, Aggregate(plan), [Shard(150, 3), Shard(106, 2, "7 packets were lost.", "And more.")]);

        Assert.Equal((0, 1, JsonValueKind.Null), (Number(sum, "without"), Number(sum, "degraded"), sum.GetProperty("gone").ValueKind));
        Assert.Empty(_recon.Gone);
    }

    [Fact]
    public async Task A_shard_that_is_missing_leaves_open_what_is_gone()
    {
        var plan = await PlanAsync();

        var sum = await DoneAsync(TcpSynAggregator.Kind, Aggregate(plan), [Shard(150, 3), null]);
        await DoneAsync(TcpSynAggregator.Kind, Aggregate(plan), [Shard(255, 3)]);

        Assert.Equal((1, JsonValueKind.Null), (Number(sum, "without"), sum.GetProperty("gone").ValueKind));
        Assert.Empty(_recon.Gone);
    }

    [Theory]
    [InlineData("shards", "nothing", "plan: the collection has no data 'nothing'")]
    [InlineData("others", null, "of: there is no container 'others'")]
    public async Task What_is_not_there_is_named(string of, string? plan, string reason)
    {
        plan ??= await PlanAsync();

        var failed = Assert.IsType<TaskOutcome.Failed>(
            await ExecuteAsync(TcpSynAggregator.Kind, JsonSerializer.Serialize(new { of, plan }), []));

        Assert.Equal(reason, failed.Message);
    }

    private static int Number(JsonElement output, string field) => output.GetProperty(field).GetInt32();

    private static string Aggregate(string plan) => JsonSerializer.Serialize(new { of = SharedScanData.Container, plan });

    private static JsonElement? Shard(long planned, long open, params string[] degraded) => JsonSerializer.SerializeToElement(
        new TcpSynOutput(
            planned, open, 0, 0, planned - open, 0, 0, null, planned, 0, 0, 0, null, null, 1_000, "pcap", null, ["198.51.100.9"], degraded),
        TcpSyn.OutputJson);

    private static JsonElement Names(long planned, string proof) => JsonSerializer.SerializeToElement(
        new DnsScanOutput(
            planned, planned, 0, 0, 0, 0, 0, 0, 0, 0, null, planned, 0, 0, 0, null, null, 1_000, 0, "pcap", [],
            [new WildcardRow("example.com", "A", proof, [])],
            ["example.org A"],
            []),
        DnsScan.OutputJson);

    private static JsonElement Record(string name, string type, string value) => JsonSerializer.SerializeToElement(new { name, type, value });

    private async Task<string> PlanAsync() => (await DoneAsync(
        TcpSynGenerator.Kind, """{"targets":["198.51.100.0/24"],"ports":"443"}""")).GetProperty("plan").GetString()!;

    private async Task<JsonElement> DoneAsync(string kind, string input, IReadOnlyList<JsonElement?>? children = null) =>
        Assert.IsType<TaskOutcome.Succeeded>(await ExecuteAsync(kind, input, children)).Data!.Value;

    /// <summary>Whatever a generator makes, it has foreseen.</summary>
    private async Task<TaskOutcome> ExecuteAsync(string kind, string input, IReadOnlyList<JsonElement?>? children = null)
    {
        var entry = AllTasks.Catalogue.Find(kind)!;
        var data = new SharedScanData(children);
        if (children is not null)
            _data.Shared.ToList().ForEach(shared => data.Shared.Add(shared.Key, shared.Value));
        var offered = Capabilities(children is null ? _data : data);
        var outcome = await entry.ExecuteAsync(Run(kind, input), offered, default, TimeProvider.System);
        if (outcome is TaskOutcome.Succeeded { Children: { } made, Data: { } output } && entry.IsGenerator)
        {
            var foreseen = entry.Foresee(JsonElement.Parse(input))!;
            Assert.Equal((made.Count, Number(output, "planned")), (foreseen.Children, foreseen.Questions));
        }
        return outcome;
    }

    private TaskContext Context() => new(
        Run(TcpSyn.Kind, "{}"), WorkerRequirements.TaskDataAccess, Capabilities(_data), default, TimeProvider.System);

    private WorkerCapabilities Capabilities(ITaskData data) => new(data, _recon, _sent);

    private static RunTask Run(string kind, string input) => new(
        Guid.Empty, 1, Guid.Empty, kind, JsonElement.Parse(input), Guid.Empty, "default", default, [Scope]);

    private static ScanScope Scope { get; } = new(
        "tester", "test", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, ["198.51.0.0/16", "*.example.com", "*.example.org"], AllowPrivate: true);

    private sealed class SentMessages : IManagerQueue
    {
        public List<JsonElement> Inputs { get; } = [];

        public Task SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation)
        {
            Inputs.AddRange(messages.Cast<CreateTask>().SelectMany(message => message.Generated!.Inputs!));
            return Task.CompletedTask;
        }
    }
}
