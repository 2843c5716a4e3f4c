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
        Assert.Equal(new TcpSynOutput(256, 3, 200, 53, 0, 0, null, 400, 7, "pcap"), output);
    }

    [Fact]
    public async Task A_scan_that_broke_off_fails_with_the_reason()
    {
        var result = await ExecuteAsync(Complete with { NoAnswer = 0, NotSent = 53, NotSentReason = "eth0 is down.", IsComplete = false });

        Assert.Equal(new TaskResult<TcpSynOutput>.Fail(ErrorClass.Retryable, "eth0 is down."), result);
    }

    private static Task<TaskResult<TcpSynOutput>> ExecuteAsync(ScanCoverage coverage) => TcpSyn.ExecuteAsync(
        new TcpSynInput(["192.0.2.0/24"], "443"),
        new TaskContext(
            new RunTask(Guid.Empty, 1, Guid.Empty, TcpSyn.Kind, default, Guid.Empty, "default", default, []),
            TcpSyn.Requirements,
            new WorkerCapabilities(RawScanner: new Scanner(coverage)),
            default,
            TimeProvider.System));

    private sealed class Scanner(ScanCoverage coverage) : IRawScanner
    {
        public Task<ScanCoverage> ScanSynAsync(
            SynScanPlan plan,
            ScopeGuard scope,
            Func<IReadOnlyList<PortFinding>, CancellationToken, Task> findings,
            CancellationToken cancellation) => Task.FromResult(coverage);
    }
}
