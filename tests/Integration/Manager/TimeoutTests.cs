using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class TimeoutTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task What_times_out_in_a_sweep_lets_the_next_one_start_where_the_policy_goes_on()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateCollection(new SequentialNode(
            [
                new TaskNode("first", "inside", Empty, Timeouts: new(Queue: TimeSpan.FromSeconds(30))), new TaskNode("second", "inside", Empty),
            ],
            Policy: new CompletionPolicy.BestEffort()))
        { Id = Guid.CreateVersion7() });

        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(31));
        await rig.SendAsync(new Tick());

        Assert.Equal(["first Timeout", "second Dispatched"], await rig.StatesAsync());
    }

    [Fact]
    public async Task A_task_that_is_not_started_within_its_queue_timeout_is_not_started_and_times_out()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(
            new CreateTask("inside", Empty, Timeouts: new TaskTimeouts(Queue: TimeSpan.FromSeconds(1.5))) { Id = Guid.CreateVersion7() },
            new CreateTask("inside", Empty, Timeouts: new TaskTimeouts(Heartbeat: TimeSpan.FromMinutes(2), Run: TimeSpan.FromSeconds(3)))
            { Id = Guid.CreateVersion7() });
        var leases = new TaskLeases(rig.Database.As("tm_internal"), "w1");
        var (late, patient) = (rig.Runs[0], rig.Runs[1]);
        await leases.ClaimAsync([patient], default);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.IsType<ClaimAnswer.Superseded>(Assert.Single(await leases.ClaimAsync([late], default)));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(60));
        await rig.SendAsync(new Tick());

        Assert.Equal(TimeSpan.FromSeconds(3), patient.RunTimeout);
        Assert.Equal(
            ["Running -", "Timeout queue timeout: not started within 1500ms"],
            await rig.Database.RowsAsync("select state, reason from task_manager.task order by state"));
        Assert.Equal(["Timeout"], await rig.Database.RowsAsync("select state from task_manager.dead_letter"));
    }

    [Fact]
    public async Task A_message_that_died_with_an_Internal_function_is_sent_anew_once_that_must_have_ended()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(
            new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() }, new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() });
        rig.Sent.Clear();

        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(4.9));
        await rig.SendAsync(new Tick());
        Assert.Empty(rig.Runs);
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(0.2));
        await rig.SendAsync(new Tick());

        var again = Assert.Single(rig.Runs);
        Assert.Equal(("inside", 2), (again.Kind, again.Attempt));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select failures from task_manager.task where kind = 'inside'"));
    }

    [Fact]
    public async Task Timeouts_that_a_kind_does_not_allow_are_refused()
    {
        await using var rig = await RigAsync();

        await rig.HandleAsync(
            """{"type":"CreateTask","kind":"inside","input":{},"timeouts":{"run":"2h"}}""",
            """{"type":"CreateTask","kind":"inside","input":{},"timeouts":{"heartbeat":"500ms"}}""",
            """{"type":"CreateTask","kind":"outside","input":{},"timeouts":{"queue":"1m"}}""");

        Assert.Equal(
            [
                "inside: timeouts.run: 2h is not from 1ms to 1m",
                "inside: timeouts.heartbeat: 500ms is not from 12s to 1h",
                "outside: timeouts: 'outside' runs on External workers, which report neither start nor heartbeat; only run can be given",
            ],
            await rig.Database.RowsAsync("select reason from task_manager.quarantine order by id"));
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
