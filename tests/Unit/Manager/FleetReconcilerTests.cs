using System.Globalization;
using TaskMesh.Core.Fleet;
using TaskMesh.Unit.Manager.Fleet;

namespace TaskMesh.Unit.Manager;

public class FleetReconcilerTests
{
    /// <summary>FLEET_SCHEDULES=10000 tries as many.</summary>
    private static int Schedules => int.Parse(
        Environment.GetEnvironmentVariable("FLEET_SCHEDULES") is { Length: > 0 } asked ? asked : "300", CultureInfo.InvariantCulture);

    [Fact]
    public void Whatever_the_order_the_cap_holds_nothing_is_launched_twice_and_nothing_is_left_behind()
    {
        var (calls, launches) = (0L, 0L);
        for (var seed = 1; seed <= Schedules; seed++)
        {
            var run = new FleetSchedule(seed).Run();
            Assert.True(run.Violations.Count == 0, $"seed {seed}: {string.Join("; ", run.Violations)}");
            (calls, launches) = (calls + run.Calls, launches + run.Launches);
        }
        Assert.True(launches > Schedules, $"{launches} launches by {calls} calls prove little");
        Tell($"{Schedules} schedules: {launches} launches by {calls} calls");
    }

    [Fact]
    public void A_task_that_comes_as_a_worker_leaves_waits_no_minute()
    {
        var (longest, workers) = (TimeSpan.Zero, 0);
        for (var seed = 1; seed <= Schedules; seed++)
        {
            var run = new IdleExitSchedule(seed).Run();
            Assert.True(run.Waits.Count == 3 && run.Waits.Max() <= TimeSpan.FromSeconds(60), $"seed {seed}: {string.Join(' ', run.Waits)}");
            longest = run.Waits.Max() > longest ? run.Waits.Max() : longest;
            workers += run.Workers;
        }
        Assert.InRange(workers, Schedules + 1, 3 * Schedules - 1);
        Tell($"{Schedules} idle exits: {workers} workers, longest wait {longest}");
    }

    [Fact]
    public async Task An_instance_that_may_not_be_ended_keeps_no_launch_from_going_on()
    {
        var unclear = 2;
        var rig = new FleetRig(_ => unclear-- > 0 ? new LaunchAnswer.Unknown("the reply was lost") : null);
        var tags = new Dictionary<string, string> { [FleetTags.Mesh] = FleetRig.Default.LaunchTemplate };
        rig.Cloud.Instances.Add(new FleetInstance("i-strange", "running", "t4g.micro", null, rig.Clock.GetUtcNow(), tags));
        rig.Cloud.Terminates = false;
        await rig.TickAsync(TimeSpan.Zero);
        Assert.Equal("launching", rig.Ledger.Slots[0].State);

        await rig.TickAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("booting", rig.Ledger.Slots[0].State);
    }

    /// <summary>Elsewhere such a template launched an instance each minute for days.</summary>
    [Fact]
    public async Task Boots_that_fail_are_kept_and_tried_again_ever_later_until_one_succeeds()
    {
        var rig = new FleetRig(_ => null);
        var launched = new List<int>();
        for (var minute = 0; minute < 60; minute++)
        {
            await rig.TickAsync(TimeSpan.FromMinutes(1));
            for (var place = 0; place < rig.Cloud.Instances.Count; place++)
                rig.Cloud.Instances[place] = rig.Cloud.Instances[place] with { State = "terminated" };
            if (rig.Cloud.Calls.Count > launched.Count)
                launched.Add(minute);
        }

        Assert.Equal([0, 2, 4, 7, 12, 21, 37, 53], launched);
        Assert.Equal(launched.Count, rig.Ledger.Consoles.Count);
        Assert.Equal(RefusalClass.BootFailed, rig.Ledger.HeldFor);
    }

    private static void Tell(string figures) => Console.WriteLine(figures);
}
