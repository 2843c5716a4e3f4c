using Amazon.EC2.Model;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Postgres.Reading;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public sealed class FleetTests(ProductCluster cluster, StoreCluster store) : IClassFixture<StoreCluster>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Cells_are_asked_in_order_until_one_launches_and_the_ledger_says_which()
    {
        await using var fleet = await StartAsync(1, 1, new Ec2Fault { Code = "InsufficientInstanceCapacity", Count = 3 });

        await fleet.EnsureAsync();
        await fleet.EnsureAsync();

        Assert.Equal(
            ["/subnet-a", "/subnet-b", "t4g.small/subnet-a", "t4g.small/subnet-b"],
            (await fleet.CallsAsync()).Select(call => $"{call.InstanceType}/{call.Subnet}"));
        Assert.Equal(
            [.. Enumerable.Range(0, 3).Select(ordinal => $"{ordinal} InsufficientInstanceCapacity Capacity"), "3 launched -"],
            await fleet.Database.RowsAsync("select ordinal, answer, refusal from task_manager.launch_attempt order by ordinal"));
        Assert.Equal(["1 eu-west-1b"], await fleet.Database.RowsAsync("select version, zone from task_manager.launch_intent"));
        Assert.Equal(["booting"], await fleet.SlotsAsync());
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("InternalError", true)]
    [InlineData("Unavailable", false)]
    public async Task A_launch_whose_answer_never_came_is_one_instance_in_the_end(string? code, bool takesEffect)
    {
        await using var fleet = await StartAsync(
            2, 1, new Ec2Fault { Code = code, TakesEffect = takesEffect, ReplyLost = code is null, Count = 3 });

        await fleet.EnsureAsync();
        Assert.Equal(["launching", "free"], await fleet.SlotsAsync());
        for (var tick = 0; tick < 3; tick++)
            await fleet.TickAsync(TimeSpan.FromSeconds(5));

        Assert.Single(await fleet.InstancesAsync());
        Assert.Equal(["booting", "free"], await fleet.SlotsAsync());
        Assert.Single((await fleet.CallsAsync()).Select(call => call.ClientToken).Distinct());
    }

    [Fact]
    public async Task Sixty_four_Managers_at_once_stay_within_the_cap_and_launch_nothing_twice()
    {
        await using var fleet = await StartAsync(
            5,
            100,
            new Ec2Fault { ReplyLost = true, From = 2, Count = 1 },
            new Ec2Fault { Code = "InternalError", From = 3, Count = 2 },
            new Ec2Fault { Code = "InsufficientInstanceCapacity", From = 5, Count = 9 });

        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => fleet.EnsureAsync()));
        Assert.InRange((await fleet.InstancesAsync()).Count, 0, 5);
        for (var tick = 0; tick < 6; tick++)
            await fleet.TickAsync(Minute);

        Assert.Equal(5, (await fleet.InstancesAsync()).Count);
        Assert.Equal(["5 5"], await fleet.Database.RowsAsync("""
            select count(*), count(distinct i.id) from task_manager.launch_slot s join task_manager.launch_intent i on i.instance_id = s.instance_id
            """));
    }

    [Fact]
    public async Task A_worker_that_never_reports_is_ended_with_its_last_words_kept_and_replaced()
    {
        await using var fleet = await StartAsync(2, 1);
        await fleet.EnsureAsync();
        var silent = Assert.Single(await fleet.InstancesAsync());
        await SpeaksAsync(fleet, silent);

        await fleet.TickAsync(TimeSpan.FromMinutes(4.9));
        Assert.Equal([silent], await fleet.InstancesAsync());
        await fleet.TickAsync(TimeSpan.FromMinutes(0.2));

        var replacement = Assert.Single(await fleet.InstancesAsync());
        Assert.NotEqual(silent, replacement);
        Assert.Equal(["draining", "booting"], await fleet.SlotsAsync());
        Assert.Equal(["never reported no network\n"], await fleet.Database.RowsAsync(
            $"select outcome, console from task_manager.launch_intent where instance_id = '{silent}'"));
        Assert.Equal(["False"], await fleet.Database.RowsAsync($"select task_manager.heartbeat('{silent}', 'bare-metal', '1', 1)"));
    }

    [Fact]
    public async Task A_worker_whose_instance_is_gone_is_replaced_and_its_slot_is_free_only_then()
    {
        await using var fleet = await StartAsync(1, 1);
        await fleet.EnsureAsync();
        var first = Assert.Single(await fleet.InstancesAsync());
        await fleet.HeartbeatAsync(first);
        await fleet.TickAsync(Minute);
        Assert.Equal(["live"], await fleet.SlotsAsync());

        await fleet.BefallAsync(first, "kill");
        await Eventually.GetAsync(fleet.InstancesAsync, instances => instances.Count == 0);
        await fleet.TickAsync(TimeSpan.FromSeconds(1));

        Assert.NotEqual(first, Assert.Single(await fleet.InstancesAsync()));
        Assert.Equal(["booting"], await fleet.SlotsAsync());
        Assert.Equal(["gone"], await fleet.Database.RowsAsync($"select state from task_manager.worker where id = '{first}'"));
    }

    /// <summary>Elsewhere a list that came in pages made new runners look like nobody's.</summary>
    [Fact]
    public async Task Of_sixty_instances_on_pages_of_five_none_is_taken_for_an_orphan()
    {
        await using var fleet = await FleetRig.StartAsync(cluster, store, 60, 240, new Ec2Configuration { MostPerPage = 5 });
        await fleet.EnsureAsync();
        var all = await fleet.InstancesAsync();

        for (var tick = 0; tick < 5; tick++)
        {
            await fleet.HeartbeatAsync(all);
            await fleet.TickAsync(Minute);
        }

        Assert.Equal(60, all.Count);
        Assert.Equal(all, await fleet.InstancesAsync());
    }

    /// <summary>Elsewhere a runner that was listed late was killed while it worked.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(2.9)]
    public async Task An_instance_that_is_listed_late_keeps_its_slot_and_its_worker(double minutes)
    {
        await using var fleet = await FleetRig.StartAsync(cluster, store, 1, 1, new Ec2Configuration { VisibleAfterSeconds = 3600 });
        await fleet.EnsureAsync();

        await fleet.TickAsync(TimeSpan.FromMinutes(minutes));

        Assert.Equal(["booting"], await fleet.SlotsAsync());
        Assert.Single(await fleet.CallsAsync());
    }

    [Fact]
    public async Task Only_what_belongs_to_nobody_is_ended_and_only_when_it_still_does_on_the_next_pass()
    {
        await using var fleet = await StartAsync(2, 8);
        await fleet.EnsureAsync();
        var mine = await fleet.InstancesAsync();
        var (busy, silent) = (mine[0], mine[1]);
        await fleet.HeartbeatAsync(mine);
        var (strange, kept) = (await StrangerAsync(fleet), await StrangerAsync(fleet, new Tag("protected", "ask Ann")));

        await fleet.Database.AdvanceAsync(TimeSpan.FromMinutes(3));
        await fleet.HeartbeatAsync(busy);
        await fleet.TickAsync(TimeSpan.Zero);
        Assert.Equal([busy, silent, strange, kept], await fleet.InstancesAsync());
        await fleet.HeartbeatAsync(busy);
        await fleet.TickAsync(Minute);

        Assert.Equal([busy, kept], (await fleet.InstancesAsync()).Take(2));
        Assert.Contains("Client.UserInitiatedShutdown", await ReasonAsync(fleet, silent), StringComparison.Ordinal);
        Assert.Contains("Client.UserInitiatedShutdown", await ReasonAsync(fleet, strange), StringComparison.Ordinal);
    }

    /// <summary>Elsewhere an orphan lived on for ever because the question for its state was answered with "no such thing".</summary>
    [Fact]
    public async Task An_orphan_of_which_the_cloud_says_that_it_knows_nothing_goes_with_a_later_pass()
    {
        await using var fleet = await StartAsync(
            1, 0, new Ec2Fault { Operation = "TerminateInstances", Code = "InvalidInstanceID.NotFound", Count = 1 });
        await StrangerAsync(fleet);

        for (var tick = 0; tick < 3; tick++)
            await fleet.TickAsync(Minute);

        Assert.Empty(await fleet.InstancesAsync());
    }

    [Fact]
    public async Task An_orphan_that_may_not_be_ended_keeps_no_other_alive()
    {
        await using var fleet = await StartAsync(
            1, 0, new Ec2Fault { Operation = "TerminateInstances", Code = "OperationNotPermitted", Count = 2 });
        await StrangerAsync(fleet);
        await StrangerAsync(fleet);

        for (var tick = 0; tick < 2; tick++)
            await fleet.TickAsync(Minute);

        Assert.Single(await fleet.InstancesAsync());
    }

    [Fact]
    public async Task A_boot_that_fails_at_once_is_told_with_its_console_and_the_next_one_waits()
    {
        await using var fleet = await StartAsync(1, 1);
        await fleet.Database.AdvanceAsync(TimeSpan.Zero);
        await fleet.EnsureAsync();
        var broken = Assert.Single(await fleet.InstancesAsync());
        await SpeaksAsync(fleet, broken);
        await fleet.BefallAsync(broken, "kill");
        await Eventually.GetAsync(fleet.InstancesAsync, instances => instances.Count == 0);

        await fleet.TickAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["free"], await fleet.SlotsAsync());
        var view = await new FleetReader(fleet.Database.As("tm_reader")).ReadAsync(CancellationToken.None);
        var boot = Assert.Single(view.FailedBoots);
        Assert.Equal(("boot failed", "BootFailed"), (boot.Outcome, view.Hold!.Code));
        Assert.Equal((broken, "no network\n"), (boot.Instance, boot.Console));

        await fleet.TickAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(["booting"], await fleet.SlotsAsync());
        await fleet.HeartbeatAsync(await fleet.InstancesAsync());
        Assert.Equal(["live 0"], await fleet.Database.RowsAsync(
            "select s.state, c.failed_boots from task_manager.launch_slot s, task_manager.launch_control c"));
    }

    [Fact]
    public async Task An_outage_of_the_database_makes_no_worker_an_orphan()
    {
        await using var fleet = await StartAsync(1, 1);
        await fleet.EnsureAsync();
        var busy = await fleet.InstancesAsync();
        await fleet.HeartbeatAsync(busy);

        await fleet.TickAsync(TimeSpan.FromMinutes(30));
        await fleet.HeartbeatAsync(busy);
        await fleet.TickAsync(Minute);

        Assert.Equal(busy, await fleet.InstancesAsync());
    }

    private Task<FleetRig> StartAsync(int cap, int work, params Ec2Fault[] faults) =>
        FleetRig.StartAsync(cluster, store, cap, work, new Ec2Configuration { Faults = faults });

    private static async Task SpeaksAsync(FleetRig fleet, string instance) => await Eventually.GetAsync(
        async () => (await fleet.Cloud.Ec2.GetConsoleOutputAsync(new GetConsoleOutputRequest { InstanceId = instance })).Output,
        output => !string.IsNullOrEmpty(output));

    /// <summary>An instance that has the mesh's tags and that no intent knows.</summary>
    private static async Task<string> StrangerAsync(FleetRig fleet, params Tag[] tags)
    {
        var answer = await fleet.Cloud.Ec2.RunInstancesAsync(new RunInstancesRequest
        {
            MinCount = 1,
            MaxCount = 1,
            LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = "taskmesh-bare-metal-worker", Version = "$Latest" },
            TagSpecifications =
            [
                new TagSpecification
                {
                    ResourceType = Amazon.EC2.ResourceType.Instance,
                    Tags = [new Tag("app", "taskmesh"), new Tag("mesh", "taskmesh-bare-metal-worker"), .. tags],
                },
            ],
        });
        return answer.Reservation.Instances[0].InstanceId;
    }

    private static async Task<string> ReasonAsync(FleetRig fleet, string instance)
    {
        var found = await fleet.Cloud.Ec2.DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [instance] });
        return found.Reservations[0].Instances[0].StateReason.Code;
    }
}
