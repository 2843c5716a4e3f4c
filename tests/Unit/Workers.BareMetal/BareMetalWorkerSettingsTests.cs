using TaskMesh.Core.Configuration;
using TaskMesh.Workers.BareMetal;

namespace TaskMesh.Unit.Workers.BareMetal;

public class BareMetalWorkerSettingsTests
{
    private static readonly Dictionary<string, string> Least = new()
    {
        ["TASKMESH_DATABASE"] = "Host=db",
        ["TASKMESH_MANAGER_QUEUE_URL"] = "https://q/manager",
        ["TASKMESH_BARE_METAL_QUEUE_URL"] = "https://q/bare-metal",
    };

    [Fact]
    public void By_default_a_worker_runs_a_task_per_core_leaves_after_five_minutes_and_leaves_the_machine_on()
    {
        var settings = BareMetalWorkerSettings.Read(Least);

        Assert.Equal((Environment.ProcessorCount, TimeSpan.FromMinutes(5)), (settings.Parallelism, settings.IdleTimeout));
        Assert.Null(settings.WorkerId);
        Assert.Null(settings.Scanning.SourceAddress);
    }

    [Fact]
    public void The_environment_says_otherwise()
    {
        var settings = BareMetalWorkerSettings.Read(new Dictionary<string, string>(Least)
        {
            ["TASKMESH_BARE_METAL_PARALLELISM"] = "3",
            ["BARE_METAL_IDLE_TIMEOUT"] = "90s",
            ["TASKMESH_BARE_METAL_WORKER_ID"] = "rack-7",
        });

        Assert.Equal(
            (3, TimeSpan.FromSeconds(90), "rack-7"), (settings.Parallelism, settings.IdleTimeout, settings.WorkerId));
    }

    [Theory]
    [InlineData("BARE_METAL_IDLE_TIMEOUT", "0s", "'0s' is not a duration from 1s to 24h")]
    [InlineData("BARE_METAL_IDLE_TIMEOUT", "25h", "'25h' is not a duration from 1s to 24h")]
    [InlineData("BARE_METAL_IDLE_TIMEOUT", "5", "'5' is not a duration from 1s to 24h")]
    [InlineData("TASKMESH_BARE_METAL_PARALLELISM", "-1", "'-1' is not a number from 0 to 1000")]
    public void What_is_out_of_range_stops_the_start(string name, string value, string rule) => Assert.Equal(
        $"{name}: {rule}",
        Assert.Throws<SettingsException>(() => BareMetalWorkerSettings.Read(new Dictionary<string, string>(Least) { [name] = value })).Message);
}
