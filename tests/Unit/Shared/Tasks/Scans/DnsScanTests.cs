using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks.Scans;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

public class DnsScanTests
{
    private static readonly DnsScanInput Input = new(["example.com"], ["192.0.2.53"], ["A"]);
    private static readonly Address Resolver = Address.Parse("192.0.2.53");

    public static TheoryData<DnsScanInput, string> Faults => new()
    {
        { Input with { Names = [] }, "names: a scan needs at least one, or else the name of data in namesIn" },
        { Input with { Names = ["ex ample"] }, "names: 'ex ample' is no host name, address or CIDR block" },
        { Input with { Names = ["example.com", "192.0.2.0/24"] }, "names: names and addresses are asked for in scans of their own" },
        { Input with { Names = ["10.0.0.0/8"] }, "names: 16777216 addresses are more than 65536" },
        { Input with { Names = ["192.0.2.1"], Words = ["www"] }, "words: there are none below addresses" },
        { Input with { Words = ["w w"] }, "words: 'w w' is not a part of a host name" },
        { Input with { Resolvers = [] }, "resolvers: a scan needs 1 to 200, not 0" },
        { Input with { Resolvers = ["dns.example.com"] }, "resolvers: 'dns.example.com' is not an address" },
        { Input with { Types = ["ANY"] }, "types: 'ANY' is none of A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, HTTPS, CAA" },
        { Input with { Rate = 0 }, "rate: 0 is not from 1 to 10000000 packets per second" },
        { Input with { ResolverRate = 0 }, "resolverRate: 0 is not at least 1 packet per second" },
        { Input with { Retries = 11 }, "retries: 11 is not from 0 to 10" },
        { Input with { Shard = "2/1" }, "shard: '2/1' is not a part of a whole, such as 2/5, or places, such as 5000-8999" },
        { Input with { Wire = "string" }, "wire: 'string' is none of pcap, packet and xdp" },
        { Input with { Known = [new("a b", "A", [])] }, "known: 'a b' is not a host name" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void What_is_wrong_is_named(DnsScanInput input, string problem) => Assert.Equal([problem], Checked(input).Problems);

    [Fact]
    public void Words_that_make_names_too_long_are_refused()
    {
        var input = Input with { Words = [string.Join('.', Enumerable.Repeat(new string('a', 60), 4))] };

        Assert.EndsWith("makes a name of more than 253 characters", Assert.Single(Checked(input).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_addresses_and_resolvers_must_all_be_in_scope()
    {
        var names = Checked(Input with { Names = ["Example.COM", "7.2.0.192.in-addr.arpa"] });
        var addresses = Checked(Input with { Names = ["192.0.2.0/30"] });

        Assert.Equal(["example.com"], names.Names);
        Assert.Equal(["192.0.2.7", "192.0.2.53"], names.Ranges.Select(range => $"{range}"));
        Assert.Equal(["192.0.2.0/30", "192.0.2.53"], addresses.Ranges.Select(range => $"{range}"));
    }

    [Fact]
    public async Task What_is_found_is_the_result_and_what_is_own_is_known()
    {
        var data = new Data();
        DnsFinding[] found =
        [
            Finding("www.example.com", Alias("www.example.com", "edge.example.net"), new("edge.example.net", DnsType.A, 60, "203.0.113.1")),
            Finding("old.example.com", Alias("old.example.com", "new.example.com"), new("new.example.com", DnsType.A, 60, "203.0.113.2")),
            Finding("any.example.com", new DnsRecord("any.example.com", DnsType.A, 60, "203.0.113.3")) with { Wildcard = "example.com" },
        ];

        var result = await ExecuteAsync(data, found, Complete);

        Assert.Equal((3, 4), (Output(result).Found, Output(result).NoName));
        Assert.Equal(["www.example.com", "old.example.com", "any.example.com"], data.Parts.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(["domain new.example.com", "domain old.example.com", "domain www.example.com"], data.Rows("domain", "name"));
        Assert.Equal(
            [
                "dns-record new.example.com A 203.0.113.2", "dns-record old.example.com CNAME new.example.com",
                "dns-record www.example.com CNAME edge.example.net",
            ],
            data.Rows("dns-record", "name", "type", "value"));
    }

    [Fact]
    public async Task Names_of_addresses_are_known_when_they_are_in_scope()
    {
        var data = new Data();
        DnsFinding[] found =
        [
            Finding("7.2.0.192.in-addr.arpa", new DnsRecord("7.2.0.192.in-addr.arpa", DnsType.Ptr, 60, "mail.example.com")),
            Finding("8.2.0.192.in-addr.arpa", new DnsRecord("8.2.0.192.in-addr.arpa", DnsType.Ptr, 60, "mail.example.net")),
        ];

        await ExecuteAsync(data, found, Complete, Input with { Names = ["192.0.2.0/28"], Types = null });

        Assert.Equal(["domain mail.example.com"], data.Rows("domain", "name"));
        Assert.Equal(2, data.Rows("dns-record", "name").Count);
        Assert.Equal(["7.2.0.192.in-addr.arpa Ptr"], data.Plan!.Names.Skip(7).Take(1).Select(name => $"{name} {data.Plan.Types[0]}"));
    }

    [Fact]
    public async Task A_scan_that_broke_off_fails_with_the_reason()
    {
        const string reason = "No resolver can be used: 192.0.2.53 is silent.";

        var result = await ExecuteAsync(new(), [], Complete with { IsComplete = false, NotSentReason = reason });

        Assert.Equal(new TaskResult<DnsScanOutput>.Fail(ErrorClass.Retryable, reason), result);
    }

    private static ScanCoverage Complete { get; } = new(7, 3, 4, 0, 0, 0, null, IsComplete: true, 7, RepliesLost: 0, "xdp")
    {
        Dns = new(new(3, 4, 0, 0, 0, 0), [], [new("example.com", DnsType.A, "x.example.com", ["203.0.113.3"])], 9),
    };

    private static DnsRecord Alias(string name, string target) => new(name, DnsType.Cname, 60, target);

    private static DnsFinding Finding(string name, params DnsRecord[] records) => new(
        name, records[^1].Type, records, DnsChainEnd.Complete, Resolver);

    private static DnsScanOutput Output(TaskResult<DnsScanOutput> result) => Assert.IsType<TaskResult<DnsScanOutput>.Done>(result).Output;

    private static InputCheck Checked(DnsScanInput input)
    {
        var check = new InputCheck();
        DnsScan.Check(input, check);
        return check;
    }

    private static Task<TaskResult<DnsScanOutput>> ExecuteAsync(Data data, DnsFinding[] found, ScanCoverage coverage, DnsScanInput? input = null)
    {
        var scope = new ScanScope(
            "tester", "test", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, ["*.example.com", "192.0.2.0/24"], AllowPrivate: true);
        var run = new RunTask(Guid.Empty, 1, Guid.Empty, DnsScan.Kind, default, Guid.Empty, "default", default, [scope]);
        var offered = new WorkerCapabilities(data, data, RawScanner: new Scanner(data, found, coverage));
        return DnsScan.ExecuteAsync(input ?? Input, new TaskContext(run, DnsScan.Requirements, offered, default, TimeProvider.System));
    }

    private sealed class Scanner(Data data, DnsFinding[] found, ScanCoverage coverage) : IRawScanner
    {
        public Task<ScanCoverage> ScanSynAsync(
            SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ScanCoverage> ScanTlsAsync(
            TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public async Task<ScanCoverage> ScanDnsAsync(
            DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation)
        {
            data.Plan = plan;
            await sink.FoundAsync(found, cancellation);
            return coverage;
        }
    }

    private sealed class Data : ITaskData, IReconData
    {
        private readonly List<(string Model, JsonElement Row)> _rows = [];

        public List<JsonElement> Parts { get; } = [];

        public DnsScanPlan? Plan { get; set; }

        public IReadOnlyList<string> Rows(string model, params string[] fields) =>
        [
            .. _rows.Where(each => each.Model == model)
                .Select(each => string.Join(' ', fields.Select(field => each.Row.GetProperty(field).GetString()).Prepend(model)))
                .Order(StringComparer.Ordinal),
        ];

        public Task AppendResultAsync(JsonElement part, CancellationToken cancellation)
        {
            Parts.AddRange(part.EnumerateArray());
            return Task.CompletedTask;
        }

        public Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation)
        {
            Assert.All(rows, row => Assert.All(model.Key, column => Assert.True(column.Accepts(row.GetProperty(column.Name)))));
            _rows.AddRange(rows.Select(row => (model.Name, row)));
            return Task.FromResult(new UpsertCount(rows.Count, 0, 0));
        }

        public Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation) => Task.CompletedTask;

        public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) => throw new NotSupportedException();

        public IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

        public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<bool>> AreKnownAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
