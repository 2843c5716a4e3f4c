using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Waiting;
using TaskMesh.Core.Workflow;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Reading;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>Each cause of waiting, staged on the database: the reader finds the facts and the explainer names it.</summary>
[Collection(ProductTests.Name)]
public class WaitTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task A_full_pool_is_capacity_with_the_place_in_line()
    {
        await using var rig = await RigAsync(slots: 1);
        var ids = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToArray();
        await rig.SendAsync([.. ids.Select(id => new CreateTask("inside", Empty) { Id = id })]);
        await rig.SendAsync(new CreateTask("inside", Empty, Priority: 3) { Id = Guid.CreateVersion7() });
        var waiting = ids.Except(rig.Runs.Select(run => run.Id)).Order().ToArray();

        var why = await WhyAsync(rig, waiting[2]);

        Assert.Equal((WaitCause.Capacity, 4), (why.Cause, why.Position));
    }

    [Fact]
    public async Task A_place_in_line_counts_the_turns_of_other_organisations()
    {
        await using var rig = await RigAsync(slots: 1);
        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('acme'), ('zeta')");
        CreateTask[] tasks = [.. "default default acme acme acme acme zeta default".Split(' ').Select(
            organisation => new CreateTask("inside", Empty, Organisation: organisation) { Id = Guid.CreateVersion7() })];
        foreach (var task in tasks)
            await rig.SendAsync(task);
        var places = new Dictionary<long, Guid>();
        foreach (var task in tasks.ExceptBy(rig.Runs.Select(run => run.Id), task => task.Id))
            places.Add((await WhyAsync(rig, task.Id)).Position!.Value, task.Id);

        var order = new List<Guid>();
        while (order.Count < places.Count)
        {
            var run = rig.Runs[0];
            rig.Sent.RemoveAt(0);
            var sent = rig.Sent.Count;
            await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded()));
            order.AddRange(rig.Runs.Skip(sent).Select(next => next.Id));
        }

        Assert.Equal(places.OrderBy(place => place.Key).Select(place => place.Value), order);
    }

    [Fact]
    public async Task What_stands_before_it_is_a_dependency_by_name()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateCollection(new SequentialNode(
        [
            new ParallelNode([new TaskNode("a", "inside", Empty)], "scans"),
            new ParallelNode([new TaskNode("c", "inside", Empty)], "imports"),
        ]))
        { Id = Guid.CreateVersion7() });

        var why = await WhyAsync(rig, await IdAsync(rig, "c"));

        Assert.Equal((WaitCause.Dependency, "It waits until 'scans' has ended."), (why.Cause, why.Sentence));
    }

    [Fact]
    public async Task A_container_that_runs_as_many_as_it_may_is_concurrency()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateCollection(new ParallelNode(
            [new TaskNode("a", "inside", Empty), new TaskNode("b", "inside", Empty)], MaxConcurrency: 1))
        { Id = Guid.CreateVersion7() });

        Assert.Equal(WaitCause.Concurrency, (await WhyAsync(rig, await IdAsync(rig, "b"))).Cause);
    }

    [Fact]
    public async Task Labels_that_no_pool_has_are_no_pool()
    {
        await using var rig = await RigAsync();
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("raw", Empty, Labels: new Dictionary<string, string> { ["net"] = "dmz" }) { Id = id });

        var why = await WhyAsync(rig, id);

        Assert.Equal(WaitCause.NoPool, why.Cause);
        Assert.Contains("no-worker-for:net=dmz", why.Sentence);
    }

    [Theory]
    [InlineData(PauseTarget.Collection)]
    [InlineData(PauseTarget.Organisation)]
    [InlineData(PauseTarget.Pool)]
    public async Task A_pause_is_named_with_who_and_why(PauseTarget what)
    {
        await using var rig = await RigAsync(slots: 1);
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateCollection(new SequentialNode([new TaskNode("a", "inside", Empty), new TaskNode("b", "inside", Empty)]))
        { Id = id });
        var name = what switch { PauseTarget.Collection => $"{id}", PauseTarget.Organisation => "default", _ => "internal" };
        await ControlAsync(rig, new ControlAction.Pause(what, name));
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], new TaskOutcome.Succeeded()));

        var expected = $"Its {what} '{name}' is paused by tester: because.".Replace($"{what}", $"{what}".ToLowerInvariant());
        var waiting = await WhyAsync(rig, await IdAsync(rig, "b"));
        Assert.Equal((WaitCause.Pause, expected), (waiting.Cause, waiting.Sentence));
        await rig.SendAsync(new Tick());
        Assert.Equal(expected, (await WhyAsync(rig, await IdAsync(rig, "b"))).Sentence);
    }

    [Fact]
    public async Task A_closed_scan_window_is_named_with_its_opening()
    {
        await using var rig = await RigAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        await rig.Database.ExecuteAsync("update task_manager.test_clock set now = '2026-01-15T12:00Z'");
        await ControlAsync(rig, new ControlAction.SetScanWindows([new ScanWindow(new(22, 0), new(6, 0), "Europe/Berlin")]));
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("raw", Empty) { Id = id });

        var why = await WhyAsync(rig, id);

        Assert.Equal((WaitCause.ScanWindow, new DateTimeOffset(2026, 1, 15, 21, 0, 0, TimeSpan.Zero)), (why.Cause, why.NextTry));
    }

    [Fact]
    public async Task The_kill_switch_is_named_for_raw_tasks_only()
    {
        await using var rig = await RigAsync(slots: 1);
        await ControlAsync(rig, new ControlAction.KillSwitch(true));
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("raw", Empty) { Id = id });

        Assert.Equal(WaitCause.KillSwitch, (await WhyAsync(rig, id)).Cause);
    }

    [Fact]
    public async Task A_back_off_and_a_yield_are_named_with_their_time()
    {
        await using var rig = await RigAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() }, new CreateTask("outside", Empty)
        { Id = Guid.CreateVersion7() });
        await rig.SendAsync(
            ManagerRig.Report(rig.Runs[0], new TaskOutcome.Failed(ErrorClass.Retryable, "not now", TimeSpan.FromSeconds(40))),
            ManagerRig.Report(rig.Runs[1], new TaskOutcome.Yielded(TimeSpan.FromSeconds(40))));
        var next = new DateTimeOffset(await rig.Database.ScalarAsync<DateTime>("select now + interval '40 s' from task_manager.test_clock"));

        var backOff = await WhyAsync(rig, rig.Runs[0].Id);
        var yield = await WhyAsync(rig, rig.Runs[1].Id);

        Assert.Equal((WaitCause.BackOff, next), (backOff.Cause, backOff.NextTry));
        Assert.Contains("not now", backOff.Sentence);
        Assert.Equal((WaitCause.Yield, next), (yield.Cause, yield.NextTry));
    }

    [Fact]
    public async Task A_bucket_without_tokens_is_a_rate_limit_with_its_time()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync(), rateLimits: "provider=1/10s");
        await rig.StartAsync();
        await rig.SendAsync(new CreateTask("limited", Empty) { Id = Guid.CreateVersion7() }, new CreateTask("limited", Empty)
        { Id = Guid.CreateVersion7() });
        var waits = await rig.Database.ScalarAsync<Guid>("select id from task_manager.task where state = 'Pending'");

        var why = await WhyAsync(rig, waits);

        Assert.Equal(WaitCause.RateLimit, why.Cause);
        Assert.StartsWith("The rate limit 'provider' lets it go on at ", why.Sentence);
        Assert.NotNull(why.NextTry);
    }

    [Fact]
    public async Task A_raw_task_without_a_worker_waits_for_the_launch_or_names_every_refusal()
    {
        await using var rig = await RigAsync();
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("raw", Empty) { Id = id });
        Assert.Equal(WaitCause.Launching, (await WhyAsync(rig, id)).Cause);

        await rig.Database.ExecuteAsync("""
            update task_manager.launch_slot set state = 'free', instance_id = null;
            update task_manager.launch_intent set outcome = 'every cell refused', ended_at = task_manager.clock(), instance_id = null;
            update task_manager.launch_attempt set answer = 'InsufficientInstanceCapacity', instance_id = null, instance_type = 't4g.micro',
                   subnet = 'subnet-a';
            """);
        var refused = await WhyAsync(rig, id);
        Assert.Equal(WaitCause.LaunchRefused, refused.Cause);
        Assert.Contains("t4g.micro/subnet-a InsufficientInstanceCapacity", refused.Sentence);

        await rig.Database.ExecuteAsync("delete from task_manager.launch_intent");
        Assert.Equal(WaitCause.NoWorker, (await WhyAsync(rig, id)).Cause);
    }

    [Fact]
    public async Task A_raw_task_of_a_pool_that_nobody_launches_for_waits_for_a_worker_to_connect()
    {
        const string pools = """[{"name":"dmz","class":"BareMetal","labels":{"net":"dmz"},"queueUrl":"dmz"}]""";
        await using var rig = new ManagerRig(await cluster.CreateAsync(), pools: pools);
        await rig.StartAsync();
        var id = Guid.CreateVersion7();

        await rig.SendAsync(new CreateTask("raw", Empty, Labels: new Dictionary<string, string> { ["net"] = "dmz" }) { Id = id });

        var why = await WhyAsync(rig, id);
        Assert.Equal(WaitCause.NoWorker, why.Cause);
        Assert.Contains("TASKMESH_BARE_METAL_POOL=dmz", why.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_task_that_only_a_worker_above_the_cost_ceiling_could_run_says_so()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync(), costCap: "0.01", prices: "template=0.03,t4g.micro=0.02");
        await rig.StartAsync();
        var id = Guid.CreateVersion7();

        await rig.SendAsync(new CreateTask("raw", Empty) { Id = id });

        Assert.Empty(rig.Launches);
        var why = await WhyAsync(rig, id);
        Assert.Equal(WaitCause.CostCap, why.Cause);
        Assert.Equal("No worker of pool 'bare-metal' may be launched: cost-cap: 0.03 USD/h are more than 0.01 USD/h.", why.Sentence);
    }

    [Fact]
    public async Task Workers_are_launched_up_to_the_cost_ceiling_the_next_type_where_the_first_is_too_dear()
    {
        const string prices = "template=0.03,t4g.micro=0.04,t4g.small=0.01,c8gd.medium=1,c7g.medium=1";
        await using var rig = new ManagerRig(await cluster.CreateAsync(), costCap: "0.05", prices: prices);
        await rig.StartAsync();

        await rig.SendAsync([.. Enumerable.Range(0, 9).Select(_ => new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() })]);

        Assert.Equal([null, "t4g.small"], rig.Launches.Select(launch => launch.InstanceType));
        Assert.Equal(["launched", "launched"], await rig.Database.RowsAsync("select answer from task_manager.launch_attempt"));
    }

    [Fact]
    public async Task A_lost_worker_a_passed_deadline_a_closed_container_and_an_end_are_named()
    {
        await using var rig = await RigAsync();
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("inside", Empty, Deadline: TimeSpan.FromMinutes(5)) { Id = id });
        Assert.Equal(WaitCause.Queued, (await WhyAsync(rig, id)).Cause);
        await new TaskLeases(rig.Database.As("tm_internal"), "w1").ClaimAsync(rig.Runs, default);
        Assert.Equal("It runs on w1.", (await WhyAsync(rig, id)).Sentence);

        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(WaitCause.LostLease, (await WhyAsync(rig, id)).Cause);
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(WaitCause.DeadlinePassed, (await WhyAsync(rig, id)).Cause);
        await rig.Database.ExecuteAsync("update task_manager.container set state = 'Cancelled'");
        Assert.Equal(WaitCause.Closed, (await WhyAsync(rig, id)).Cause);
        await rig.Database.ExecuteAsync("update task_manager.task set state = 'Cancelled', reason = 'enough'");
        Assert.Equal("It has ended: Cancelled: enough.", (await WhyAsync(rig, id)).Sentence);
    }

    [Fact]
    public async Task A_message_that_no_queue_has_taken_is_unsent()
    {
        await using var rig = await RigAsync();
        rig.Fault = _ => new SendAnswer("busy", SenderFault: false);
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("inside", Empty) { Id = id });

        Assert.Equal(WaitCause.Unsent, (await WhyAsync(rig, id)).Cause);
    }

    private static async Task<Explanation> WhyAsync(ManagerRig rig, Guid task)
    {
        var facts = await new WaitReader(rig.Database.As("tm_reader")).FactsAsync(task, default);
        Assert.NotNull(facts);
        return WaitExplainer.Explain(facts);
    }

    private static Task<IReadOnlyList<string>> ControlAsync(ManagerRig rig, ControlAction action) =>
        rig.SendAsync(new Control(action, "tester", "because") { Id = Guid.CreateVersion7() });

    private static Task<Guid> IdAsync(ManagerRig rig, string name) =>
        rig.Database.ScalarAsync<Guid>($"select id from task_manager.task where name = '{name}'");

    private async Task<ManagerRig> RigAsync(int slots = 100)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        return rig;
    }
}
