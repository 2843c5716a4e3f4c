using TaskMesh.Core.Messages;
using TaskMesh.Core.Waiting;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.Integration.Manager;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Postgres.Reading;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public sealed class FleetReaderTests(ProductCluster cluster, StoreCluster store) : IClassFixture<StoreCluster>
{
    [Fact]
    public async Task Slots_cells_and_cost_are_told_from_the_ledger()
    {
        await using var fleet = await StartAsync(new Ec2Fault { Code = "InsufficientInstanceCapacity", Count = 1 });
        await fleet.Database.AdvanceAsync(TimeSpan.Zero);
        await fleet.EnsureAsync();
        await fleet.Database.AdvanceAsync(TimeSpan.FromHours(1));

        var view = await new FleetReader(fleet.Database.As("tm_reader")).ReadAsync(CancellationToken.None);

        Assert.Equal(["booting", "free"], view.Slots.Select(slot => slot.State));
        Assert.Equal(
            ("OnDemand", "eu-west-1b", "1", 3.6m, 3.6m),
            (view.Slots[0].Market, view.Slots[0].Zone, view.Slots[0].Version, view.Slots[0].PriceAnHour, view.Slots[0].Cost));
        Assert.Equal(
            ["subnet-a InsufficientInstanceCapacity", "subnet-b launched"], view.Cells.Select(cell => $"{cell.Subnet} {cell.Answer}"));
        Assert.Equal(3.6m, view.CostOfDay);
        Assert.Null(view.Hold);
        Assert.Null(view.Cells[0].RestsUntil);
    }

    [Fact]
    public async Task What_rests_and_what_is_held_is_told_until_when()
    {
        await using var fleet = await StartAsync(
            new Ec2Fault { Code = "Unsupported", Count = 1 }, new Ec2Fault { Code = "UnauthorizedOperation", From = 2 });
        await fleet.Database.AdvanceAsync(TimeSpan.Zero);
        await fleet.EnsureAsync();

        var view = await new FleetReader(fleet.Database.As("tm_reader")).ReadAsync(CancellationToken.None);

        Assert.Equal(view.Cells[0].At + TimeSpan.FromHours(24), view.Cells[0].RestsUntil);
        Assert.Equal((view.Cells[1].At + TimeSpan.FromMinutes(15), "UnauthorizedOperation"), (view.Hold!.Until, view.Hold.Code));
        Assert.Equal(["free", "free"], view.Slots.Select(slot => slot.State));
    }

    [Fact]
    public async Task What_cells_were_told_by_settings_of_the_past_is_of_no_interest()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.Database.ExecuteAsync("""
            insert into task_manager.launch_intent (id, slot, configuration, ended_at) values
                ('00000000-0000-0000-0000-000000000001', 1, 'past', now()),
                ('00000000-0000-0000-0000-000000000002', 1, (select rules::json ->> 'configuration' from task_manager.launch_control), now());
            insert into task_manager.launch_attempt
                (intent_id, ordinal, token, template, template_version, subnet, market, answered_at, answer, refusal)
            select id, 0, id::text, 'template', '1', configuration, 'OnDemand', now(), 'InvalidSubnetID.NotFound', 'SubnetUnknown'
              from task_manager.launch_intent;
            """);

        var view = await new FleetReader(rig.Database.As("tm_reader")).ReadAsync(CancellationToken.None);

        Assert.NotEqual("past", Assert.Single(view.Cells).Subnet);
    }

    /// <summary>100 s at 3.6 an hour on a worker that runs two at once: 0.05.</summary>
    [Fact]
    public async Task A_collection_costs_the_time_of_its_runs_at_the_ledgers_price()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync(), prices: "template=3.6");
        await rig.StartAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        await rig.SendAsync(new CreateTask("raw", System.Text.Json.JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(rig.Runs);
        await rig.Database.ExecuteAsync($"""
            select task_manager.heartbeat('i-1', 'bare-metal', '1', 2);
            select task_manager.claim(array['{run.Id}']::uuid[], array[{run.Attempt}], array['{run.Nonce}']::uuid[], 'i-1', interval '1 hour', true);
            """);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(100));
        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded(null)));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(100));

        var cost = await new FleetReader(rig.Database.As("tm_reader")).CostAsync(run.Collection, CancellationToken.None);

        Assert.Equal(new CollectionCost(1, 100m, 0.05m, 0), cost);
    }

    [Fact]
    public async Task A_task_that_waits_for_a_hold_to_end_says_until_when()
    {
        await using var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.Database.ExecuteAsync("""
            update task_manager.launch_control
               set held_until = task_manager.clock() + interval '10 minutes', refusal = 'Permission', code = 'UnauthorizedOperation', message = 'no'
            """);
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("raw", System.Text.Json.JsonElement.Parse("{}")) { Id = id });

        var why = WaitExplainer.Explain((await new WaitReader(rig.Database.As("tm_reader")).FactsAsync(id, CancellationToken.None))!);

        Assert.Empty(rig.Launches);
        Assert.Equal(WaitCause.LaunchRefused, why.Cause);
        Assert.Contains("UnauthorizedOperation: no", why.Sentence, StringComparison.Ordinal);
    }

    private Task<FleetRig> StartAsync(params Ec2Fault[] faults) =>
        FleetRig.StartAsync(cluster, store, 2, 1, new Ec2Configuration { Faults = faults });
}
