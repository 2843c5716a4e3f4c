using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks.Scans;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

public class TcpSynTests
{
    private static readonly ScanCoverage Complete = new(256, 3, 200, 53, 0, 0, null, IsComplete: true, 400, RepliesLost: 7, "pcap");

    [Fact]
    public async Task A_scan_that_came_to_its_end_tells_how_every_target_ended()
    {
        var result = await ExecuteAsync(Complete);

        var output = Assert.IsType<TaskResult<TcpSynOutput>.Done>(result).Output;
        Assert.Equal((256, 3, 200, 53), (output.Planned, output.Open, output.Closed, output.NoAnswer));
        Assert.Equal((400, 7, "pcap"), (output.PacketsSent, output.RepliesLost, output.Wire));
    }

    [Fact]
    public async Task A_scan_that_broke_off_fails_with_the_reason()
    {
        var result = await ExecuteAsync(Complete with { NoAnswer = 0, NotSent = 53, NotSentReason = "eth0 is down.", IsComplete = false });

        Assert.Equal(new TaskResult<TcpSynOutput>.Fail(ErrorClass.Retryable, "eth0 is down."), result);
    }

    [Fact]
    public async Task Only_a_scan_that_asked_everything_and_lost_nothing_says_what_is_gone()
    {
        var recon = new ScanRecon();
        var complete = Complete with { RepliesLost = 0 };
        ScanCoverage[] others =
        [
            complete with { RepliesLost = 1 }, complete with { NotSent = 1 }, complete with { OutOfScope = 1 },
            complete with { Degraded = ["Answers became rare."] },
        ];
        foreach (var coverage in others)
            await ExecuteAsync(coverage, recon);
        Assert.Empty(recon.Gone);

        await ExecuteAsync(complete, recon);

        var (area, since) = Assert.Single(recon.Gone);
        Assert.Equal(("198.51.100.0/24", "443", "tcp", ScanRecon.Start), ($"{area.Targets}", $"{area.Ports}", area.Transport, since));
    }

    private static Task<TaskResult<TcpSynOutput>> ExecuteAsync(ScanCoverage coverage, ScanRecon? recon = null) => TcpSyn.ExecuteAsync(
        new TcpSynInput(["198.51.100.0/24"], "443"),
        new TaskContext(
            new RunTask(Guid.Empty, 1, Guid.Empty, TcpSyn.Kind, default, Guid.Empty, "default", default, [Scope]),
            TcpSyn.Requirements,
            new WorkerCapabilities(ReconData: recon ?? new ScanRecon(), RawScanner: new Scanner(coverage)),
            default,
            TimeProvider.System));

    private static ScanScope Scope { get; } = new(
        "tester", "test", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, ["198.51.100.0/24"], AllowPrivate: true);

    private sealed class Scanner(ScanCoverage coverage) : IRawScanner
    {
        public Task<ScanCoverage> ScanSynAsync(
            SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) => Task.FromResult(coverage);

        public Task<ScanCoverage> ScanTlsAsync(
            TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ScanCoverage> ScanDnsAsync(
            DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
