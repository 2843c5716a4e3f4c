using System.Globalization;
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

    private static void Tell(string figures) => Console.WriteLine(figures);
}
