using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Integration.Manager;
using TaskMesh.Tasks;
using TaskMesh.Testing;
using TaskMesh.Workers.External;

namespace TaskMesh.Integration.Workers.External;

/// <summary>Outside scans from the Manager's row to a scanner over HTTP and back; only time is moved.</summary>
[Collection(ProductTests.Name)]
public class OutsideScanTests(ProductCluster cluster) : IAsyncLifetime, IManagerQueue
{
    private readonly StubScanner _scanner = new();
    private readonly StubScanner _second = new();
    private bool _isDead;
    private ManagerRig _rig = null!;
    private HttpWebSource _web = null!;
    private BatchRunner _worker = null!;

    public async Task InitializeAsync()
    {
        await _scanner.StartAsync();
        await _second.StartAsync();
        _web = new HttpWebSource(ExternalWorkerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_MANAGER_QUEUE_URL"] = "manager",
            ["TASKMESH_EXTERNAL_PROVIDERS"] = $"nessus-1={_scanner.Address},nessus-2={_second.Address}",
            ["TASKMESH_EXTERNAL_KEYS"] = $"nessus-1=X-ApiKeys:{StubScanner.Key},nessus-2=X-ApiKeys:{StubScanner.Key}",
            ["TASKMESH_EXTERNAL_MEMBERS"] = "scanner=nessus-1:1,scanner=nessus-2:2",
        }));
        var offered = new WorkerCapabilities(Web: _web);
        _worker = new BatchRunner(new TaskExecutor(AllTasks.Catalogue, _ => offered, TimeProvider.System), null, this, TimeProvider.System);
        _rig = new ManagerRig(await cluster.CreateAsync(), AllTasks.Catalogue);
        await _rig.StartAsync();
        await _rig.Database.AdvanceAsync(TimeSpan.Zero);
        var scope = new ScanScope(
            "test", "test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), ["192.0.2.0/24"], AllowPrivate: true);
        await _rig.SendAsync(new Control(new ControlAction.SetScope(scope), "test", "test") { Id = Guid.CreateVersion7() });
        _rig.Sent.Clear();
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        _web.Dispose();
        await _scanner.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task A_scan_is_made_looked_at_brought_home_and_deleted_and_holds_no_slot_in_between()
    {
        var id = await SubmitAsync();
        await LookAsync(3);
        Assert.Equal(["Pending yielded 0"], await _rig.Database.RowsAsync("select state, reason, failures from task_manager.task"));
        Assert.Equal(0, await _rig.Database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'external'"));
        Assert.Single(_scanner.Scans);

        await LookAsync(4);

        Assert.Equal(["Succeeded 0"], await _rig.Database.RowsAsync($"select state, failures from task_manager.task where id = '{id}'"));
        Assert.Equal(
            """{"scanner":"nessus-1","hosts":2,"report":"\u003Creport scan=\u00221\u0022/\u003E"}""",
            await _rig.Database.ScalarAsync<string>("select data from task_manager.task_data"));
        Assert.Equal((0, 1), (_scanner.Scans.Count + _second.Scans.Count, _scanner.Created + _second.Created));
        await LookAsync(1);
        Assert.Equal(["0"], await _rig.Database.RowsAsync("select count(*) from task_manager.leftover"));
    }

    [Fact]
    public async Task Two_scanners_run_no_more_than_each_may_and_share_the_work()
    {
        for (var i = 0; i < 6; i++)
            await SubmitAsync(id: Guid.Parse($"01990000-0000-7000-8000-00000000000{i}"));

        await LookAsync(20);

        Assert.Equal(["Succeeded 6"], await _rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
        Assert.Equal((1, 2), (_scanner.MostRunning, _second.MostRunning));
        Assert.Equal(6, _scanner.Created + _second.Created);
    }

    [Theory]
    [InlineData(0, false, "invalid: nessus-1 saw no host")]
    [InlineData(2, true, "invalid: nessus-1 could log in to no host")]
    public async Task A_scan_that_saw_nothing_is_invalid_and_deleted(int hosts, bool credentialed, string reason)
    {
        _scanner.Hosts = hosts;
        await SubmitAsync(credentialed);

        await LookAsync(8);

        Assert.Equal(
            [$"Failed {reason}"], await _rig.Database.RowsAsync("select state, reason from task_manager.task where kind = 'outside-scan'"));
        Assert.Empty(_scanner.Scans);
    }

    [Fact]
    public async Task An_error_of_the_scanner_is_tried_again_from_where_the_scan_was()
    {
        await SubmitAsync();
        await LookAsync(2);
        _scanner.Faults.Enqueue(_ => Results.StatusCode(500));

        await LookAsync(10);

        Assert.Equal(["Succeeded 1"], await _rig.Database.RowsAsync("select state, failures from task_manager.task"));
        Assert.Equal(1, _scanner.Created);
    }

    [Fact]
    public async Task A_scanner_that_asks_for_peace_gets_it_and_no_failure_is_counted()
    {
        await SubmitAsync();
        await LookAsync(1);
        _scanner.Faults.Enqueue(context =>
        {
            context.Response.Headers.RetryAfter = "120";
            return Results.StatusCode(429);
        });
        await LookAsync(1);

        Assert.Equal(
            ["Pending rate-limit:scanner 0 120"],
            await _rig.Database.RowsAsync(
                "select state, reason, failures, extract(epoch from wake_at - task_manager.clock())::int from task_manager.task"));
    }

    [Fact]
    public async Task A_worker_that_died_after_creating_a_scan_leaves_it_to_the_next_attempt()
    {
        await SubmitAsync();
        await LookAsync(1);
        await DieAsync();
        Assert.Single(_scanner.Scans);

        await _rig.Database.AdvanceAsync(TimeSpan.FromMinutes(4));
        await _rig.SendAsync(new Tick());
        await LookAsync(8);

        Assert.Equal(["Succeeded 0"], await _rig.Database.RowsAsync("select state, failures from task_manager.task"));
        Assert.Equal((0, 1), (_scanner.Scans.Count, _scanner.Created));
    }

    [Fact]
    public async Task What_a_cancelled_scan_has_left_is_deleted()
    {
        var id = await SubmitAsync();
        await LookAsync(3);
        Assert.Single(_scanner.Scans);

        await CancelAsync(id);
        await LookAsync(1);

        Assert.Empty(_scanner.Scans);
        Assert.Equal(["outside-scan Cancelled", "outside-scan-clean-up Succeeded"], await KindsAsync());
    }

    [Fact]
    public async Task A_cancelled_attempt_that_may_still_run_is_cleaned_up_behind_when_it_cannot_any_more()
    {
        var id = await SubmitAsync();
        await LookAsync(1);
        await _rig.Database.AdvanceAsync(TimeSpan.FromSeconds(31));
        await _rig.SendAsync(new Tick());
        var late = Take();
        await CancelAsync(id);
        await LookAsync(1);
        Assert.Equal(["outside-scan Cancelled"], await KindsAsync());
        await _worker.RunAsync(late, CancellationToken.None);
        Assert.Single(_scanner.Scans);

        await _rig.Database.AdvanceAsync(TimeSpan.FromMinutes(3));
        await _rig.SendAsync(new Tick());
        await LookAsync(1);

        Assert.Empty(_scanner.Scans);
        Assert.Equal(["outside-scan Cancelled", "outside-scan-clean-up Succeeded"], await KindsAsync());
    }

    [Fact]
    public async Task The_key_is_in_no_message_and_in_no_row()
    {
        await SubmitAsync();
        for (var look = 0; look < 8; look++)
        {
            Assert.DoesNotContain(_rig.Sent, message => message.Body.Contains("top-secret", StringComparison.Ordinal));
            await LookAsync(1);
        }
        Assert.Equal(
            ["Succeeded f"],
            await _rig.Database.RowsAsync("""
                select t.state, left((t::text || coalesce(d.data, '') like '%top-secret%')::text, 1)
                  from task_manager.task t left join task_manager.task_data d on d.task_id = t.id
                """));
    }

    private Task<IReadOnlyList<string>> KindsAsync() => _rig.Database.RowsAsync("select kind, state from task_manager.task order by kind");

    private async Task CancelAsync(Guid task)
    {
        await _rig.SendAsync(new Control(new ControlAction.Cancel(task), "test", "wrong") { Id = Guid.CreateVersion7() });
        await _rig.SendAsync(new Tick());
    }

    private async Task<Guid> SubmitAsync(bool credentialed = false, Guid? id = null)
    {
        // By this id's lot the first scanner gets it.
        var task = id ?? Guid.Parse("01990000-0000-7000-8000-000000000000");
        var input = $$"""{"targets":["192.0.2.0/28"],"template":"basic","credentialed":{{(credentialed ? "true" : "false")}}}""";
        await _rig.SendAsync(new CreateTask("outside-scan", JsonElement.Parse(input)) { Id = task });
        return task;
    }

    /// <summary>The attempts of the next times, 31 s apart.</summary>
    private async Task LookAsync(int times)
    {
        for (var look = 0; look < times; look++)
        {
            await _rig.Database.AdvanceAsync(TimeSpan.FromSeconds(31));
            await _rig.SendAsync(new Tick());
            await RunAsync();
        }
    }

    /// <summary>An attempt whose worker does its work and dies before it can tell.</summary>
    private async Task DieAsync()
    {
        _isDead = true;
        await LookAsync(1);
        _isDead = false;
    }

    private Task<IReadOnlyList<string>> RunAsync() => _worker.RunAsync(Take(), CancellationToken.None);

    private QueueMessage[] Take()
    {
        QueueMessage[] messages =
        [
            .. _rig.Sent.Where(message => message.Queue == "external").Select((message, i) => new QueueMessage($"{i}", "", message.Body)),
        ];
        _rig.Sent.Clear();
        return messages;
    }

    Task IManagerQueue.SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation) =>
        _isDead ? Task.CompletedTask : _rig.SendAsync([.. messages]);
}
