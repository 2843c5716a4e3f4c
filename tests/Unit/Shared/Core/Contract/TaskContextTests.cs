using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Contract;

public class TaskContextTests
{
    private static readonly Dictionary<WorkerRequirements, Func<TaskContext, object>> Uses = new()
    {
        [WorkerRequirements.TaskDataAccess] = context => context.TaskData,
        [WorkerRequirements.ReconDataAccess] = context => context.ReconData,
        [WorkerRequirements.QueueAccess] = context => context.ManagerQueue,
        [WorkerRequirements.RawSocketAccess] = context => context.RawScanner,
    };

    public static TheoryData<WorkerRequirements> Subsets => [.. Enumerable.Range(0, 16).Select(bits => (WorkerRequirements)bits)];

    [Theory]
    [MemberData(nameof(Subsets))]
    public void Declared_is_granted_and_nothing_else_is(WorkerRequirements declared)
    {
        var context = Context(declared, new WorkerCapabilities(new Everything(), new Everything(), new Everything(), new Everything()));

        foreach (var (needed, use) in Uses)
        {
            if (declared.HasFlag(needed))
                Assert.NotNull(use(context));
            else
                Assert.Equal(
                    $"'some-kind' used {needed} without declaring it.", Assert.Throws<UndeclaredCapabilityException>(() => use(context)).Message);
        }
    }

    [Fact]
    public void A_worker_that_cannot_offer_what_was_declared_says_that_the_queue_was_wrong()
    {
        var context = Context(WorkerRequirements.RawSocketAccess, new WorkerCapabilities());

        var error = Assert.Throws<InvalidOperationException>(() => context.RawScanner);

        Assert.Equal("This worker offers no RawSocketAccess: 'some-kind' came to the wrong queue.", error.Message);
    }

    private static TaskContext Context(WorkerRequirements declared, WorkerCapabilities offered) => new(
        new RunTask(Guid.Empty, 1, Guid.Empty, "some-kind", default, Guid.Empty, "default", default, []),
        declared,
        offered,
        default,
        TimeProvider.System);

    private sealed class Everything : ITaskData, IReconData, IManagerQueue, IRawScanner
    {
        public Task SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) => throw new NotSupportedException();

        public Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation) => Task.CompletedTask;

        public IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, CancellationToken cancellation) => throw new NotSupportedException();

        public Task AppendResultAsync(JsonElement part, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

        public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<UpsertCount> UpsertAsync(
            ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<bool>> AreKnownAsync(
            ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<ScanCoverage> ScanSynAsync(
            SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ScanCoverage> ScanTlsAsync(
            TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ScanCoverage> ScanDnsAsync(
            DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
