using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Proof.Wire;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Proof;

/// <summary>A database that goes away and comes back amid a batch: the batch waits for it, so that work goes on at once.</summary>
[Collection(ProductTests.Name)]
public sealed class OutageTests(ProductCluster cluster) : IManagerQueue, IAsyncLifetime
{
    /// <summary>More tries than a hiccup gets.</summary>
    private const int ManyTries = 6;

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    private readonly TemporaryFolder _folder = new();
    private readonly List<ManagerMessage> _reports = [];
    private readonly CommitScissors _scissors = new();
    private PgProxy _line = null!;
    private ManagerRig _rig = null!;

    [Fact]
    public async Task The_Manager_carries_its_batch_through_when_the_database_is_back()
    {
        _line.Close();

        var handling = _rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        await Eventually.TrueAsync(() => _line.Refused >= ManyTries);
        _line.Open();

        Assert.Empty(await handling);
        Assert.Single(_rig.Runs);
    }

    [Fact]
    public async Task A_Manager_that_starts_meanwhile_takes_its_first_batch_when_the_database_is_back()
    {
        _line.Close();
        await using var late = new ManagerRig(_rig.Database);

        var handling = late.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        await Eventually.TrueAsync(() => _line.Refused >= ManyTries);
        _line.Open();

        Assert.Empty(await handling);
        Assert.Single(late.Runs);
    }

    [Fact]
    public async Task A_worker_claims_when_the_database_is_back()
    {
        await _rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        var message = new QueueMessage("m", "", Assert.Single(_rig.Sent, message => message.Queue == "internal").Body);
        var database = _rig.Database.As("tm_internal");
        var executor = new TaskExecutor(
            TestKinds.Catalogue, run => new WorkerCapabilities(new TaskData(database, run), null, this), TimeProvider.System);
        _line.Close();

        var running = new BatchRunner(executor, new TaskLeases(database, "w1"), this, TimeProvider.System).RunAsync([message], default);
        await Eventually.TrueAsync(() => _line.Refused >= ManyTries);
        _line.Open();

        Assert.Empty(await running);
        Assert.IsType<TaskOutcome.Succeeded>(Assert.IsType<CompleteTask>(Assert.Single(_reports)).Outcome);
    }

    [Fact]
    public async Task What_a_task_writes_waits_for_the_database()
    {
        var data = await ClaimedAsync();
        _line.Close();

        var writing = data.AppendResultAsync(Empty, default);
        await Eventually.TrueAsync(() => _line.Refused >= ManyTries);
        _line.Open();
        await writing;

        Assert.Equal(["1"], await _rig.Database.RowsAsync("select part from task_manager.task_data"));
    }

    [Fact]
    public async Task What_a_task_writes_is_there_once_when_nobody_answers_its_commit()
    {
        var data = await ClaimedAsync();
        _scissors.CutNext();

        await data.AppendResultAsync(Empty, default);
        await data.AppendResultAsync(Empty, default);

        Assert.False(_scissors.IsArmed);
        Assert.Equal(["1", "2"], await _rig.Database.RowsAsync("select part from task_manager.task_data order by part"));
    }

    public async Task InitializeAsync()
    {
        var direct = await cluster.CreateAsync();
        var server = new NpgsqlConnectionStringBuilder(direct.ConnectionString("postgres")).Host!;
        _line = new PgProxy(_folder.Path, server, _scissors);
        _rig = new ManagerRig(new ProductDatabase(
            role => new NpgsqlConnectionStringBuilder(direct.ConnectionString(role)) { Host = _folder.Path }.ConnectionString));
        await _rig.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _line.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>What the running attempt of a task writes with.</summary>
    private async Task<TaskData> ClaimedAsync()
    {
        await _rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(_rig.Runs);
        var database = _rig.Database.As("tm_internal");
        Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await new TaskLeases(database, "w1").ClaimAsync([run], default)));
        return new TaskData(database, run, clock: TimeProvider.System);
    }

    Task IManagerQueue.SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation)
    {
        _reports.AddRange(messages);
        return Task.CompletedTask;
    }
}
