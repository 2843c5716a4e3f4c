using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks.Scans;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

public class TlsScanTests
{
    private static readonly Address Server = Address.Parse("198.51.100.7");
    private static readonly string Digest = new('a', 64);
    private static readonly string Issuer = new('b', 64);

    private static readonly TlsFinding Shown = new(Server, 443, "www.example.com", TlsOutcome.Certificate, null)
    {
        Version = "TLS 1.2",
        Cipher = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        Chain = [Certificate(Digest, "*.example.com", "new.example.com"), Certificate(Issuer, "ca.example.net")],
    };

    [Fact]
    public async Task Certificates_what_shows_them_and_their_names_are_written_each_once()
    {
        var (result, stored) = await ExecuteAsync(new TlsScanInput(["198.51.100.7"]), [Shown, Shown with { Port = 8443 }]);

        Assert.Equal(2, Assert.IsType<TaskResult<TlsScanOutput>.Done>(result).Output.Certificates);
        Assert.Equal(
            ["certificate aaa", "certificate bbb", "tls-observation 443", "tls-observation 8443", "domain example.com", "domain new.example.com"],
            stored.Models);
        Assert.All(stored.Rows, row => Assert.Null(row.Model.Problem(row.Row)));
        Assert.Equal(2, stored.Results.Count);
    }

    [Fact]
    public async Task A_server_without_a_certificate_is_a_result_and_nothing_else()
    {
        var (result, stored) = await ExecuteAsync(
            new TlsScanInput(["198.51.100.7"]), [new(Server, 443, "", TlsOutcome.Alert, "handshake_failure")]);

        Assert.Equal(0, Assert.IsType<TaskResult<TlsScanOutput>.Done>(result).Output.Certificates);
        Assert.Empty(stored.Rows);
        Assert.Equal(
            """{"address":"198.51.100.7","port":443,"name":"","outcome":"Alert","detail":"handshake_failure","chain":[]}""",
            Assert.Single(stored.Results).GetRawText());
    }

    [Fact]
    public async Task A_scan_that_broke_off_fails_with_the_reason()
    {
        var (result, _) = await ExecuteAsync(
            new TlsScanInput(["198.51.100.7"]), [], new(1, 0, 0, 0, 0, 1, "eth0 is down.", IsComplete: false, 0, 0, "pcap"));

        Assert.Equal(new TaskResult<TlsScanOutput>.Fail(ErrorClass.Retryable, "eth0 is down."), result);
    }

    [Theory]
    [InlineData("""{"targets":[]}""", "targets: a scan needs at least one, or else the name of data in targetsIn")]
    [InlineData("""{"targets":["192.0.2.1"],"ports":"0"}""", "ports: '0' is not a port (1-65535)")]
    [InlineData("""{"targets":["192.0.2.1"],"names":["a b"]}""", "names: 'a b' is not a host name")]
    [InlineData("""{"targets":["192.0.2.1"],"startTls":"ftp"}""", "startTls: 'ftp' is none of auto, none, smtp, imap, pop3")]
    [InlineData("""{"targets":["192.0.2.1"],"patience":0}""", "patience: 0 is not from 1 to 60 seconds")]
    public void What_is_wrong_is_said_at_submit(string input, string problem) =>
        Assert.Equal([problem], Entry.Check(JsonElement.Parse(input)).Problems);

    [Fact]
    public void The_addresses_of_names_are_asked_of_the_scope() => Assert.Equal(
        [AddressRange.Parse("192.0.2.7")], Entry.Check(JsonElement.Parse("""{"targets":["a.example@192.0.2.7"]}""")).Ranges);

    private static TaskEntry Entry => TaskEntry.Of<TlsScan, TlsScanInput, TlsScanOutput>();

    private static CertificateFacts Certificate(string digest, params string[] names) =>
        new(digest, "CN=x", "CN=y", "01", names, [], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "EC P-256", "sha256ECDSA");

    private static async Task<(TaskResult<TlsScanOutput> Result, Stored Stored)> ExecuteAsync(
        TlsScanInput input, IReadOnlyList<TlsFinding> findings, ScanCoverage? coverage = null)
    {
        var stored = new Stored(findings, coverage ?? new(findings.Count, findings.Count, 0, 0, 0, 0, null, IsComplete: true, 9, 0, "pcap"));
        var scope = new ScanScope("tester", "test", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, ["198.51.100.0/24"], AllowPrivate: true);
        var context = new TaskContext(
            new RunTask(Guid.Empty, 1, Guid.Empty, TlsScan.Kind, default, Guid.Empty, "default", default, [scope]),
            TlsScan.Requirements,
            new WorkerCapabilities(TaskData: stored, ReconData: stored, RawScanner: stored),
            default,
            TimeProvider.System);
        return (await TlsScan.ExecuteAsync(input, context), stored);
    }

    private sealed class Stored(IReadOnlyList<TlsFinding> findings, ScanCoverage coverage) : IRawScanner, IReconData, ITaskData
    {
        public List<(ReconModel Model, JsonElement Row)> Rows { get; } = [];

        public List<JsonElement> Results { get; } = [];

        public IEnumerable<string> Models => Rows.Select(each => each.Model.Name switch
        {
            "certificate" => $"certificate {each.Row.GetProperty("sha256").GetString()![..3]}",
            "tls-observation" => $"tls-observation {each.Row.GetProperty("port")}",
            _ => $"domain {each.Row.GetProperty("name").GetString()}",
        });

        public Task<ScanCoverage> ScanDnsAsync(
            DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public async Task<ScanCoverage> ScanTlsAsync(
            TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation)
        {
            await sink.FoundAsync(findings, cancellation);
            return coverage;
        }

        public Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation)
        {
            Rows.AddRange(rows.Select(row => (model, row)));
            return Task.FromResult(new UpsertCount(rows.Count, 0, 0));
        }

        public Task AppendResultAsync(JsonElement part, CancellationToken cancellation)
        {
            Results.AddRange(part.EnumerateArray());
            return Task.CompletedTask;
        }

        public Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ScanCoverage> ScanSynAsync(
            SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<bool>> AreKnownAsync(
            ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) => throw new NotSupportedException();

        public IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

        public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
