using TaskMesh.Core.Configuration;
using TaskMesh.Manager;

namespace TaskMesh.Unit.Manager;

public class ManagerSettingsTests
{
    private static readonly Dictionary<string, string> Least = new()
    {
        ["TASKMESH_DATABASE"] = "Host=db",
        ["TASKMESH_MANAGER_QUEUE_URL"] = "https://q/manager",
        ["TASKMESH_EXTERNAL_QUEUE_URL"] = "https://q/external",
        ["TASKMESH_INTERNAL_QUEUE_URL"] = "https://q/internal",
        ["TASKMESH_BARE_METAL_QUEUE_URL"] = "https://q/bare-metal",
    };

    [Fact]
    public void What_is_not_given_has_a_default()
    {
        var settings = ManagerSettings.Read(Least);

        Assert.Equal(["external", "internal", "bare-metal"], settings.Pools.Select(pool => pool.Name));
        Assert.Equal("https://q/bare-metal", settings.QueueOf("bare-metal"));
        Assert.Equal((5, 4), (settings.Fleet.MaxWorkers, settings.Fleet.TasksPerWorker));
        Assert.Equal(("taskmesh-bare-metal-worker", "$Latest"), (settings.Fleet.LaunchTemplate, settings.Fleet.LaunchTemplateVersion));
        Assert.Equal(["t4g.micro", "t4g.small", "c8gd.medium", "c7g.medium"], settings.Fleet.InstanceTypes);
        Assert.Empty(settings.Fleet.Subnets);
    }

    [Fact]
    public void The_fleet_is_what_the_environment_says()
    {
        var fleet = ManagerSettings.Read(new Dictionary<string, string>(Least)
        {
            ["MAX_BARE_METAL_WORKERS"] = "0",
            ["BARE_METAL_WORKER_SUBNETS"] = "subnet-a, subnet-b,",
        }).Fleet;

        Assert.Equal(0, fleet.MaxWorkers);
        Assert.Equal(["subnet-a", "subnet-b"], fleet.Subnets);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var wrong = new Dictionary<string, string> { ["MAX_BARE_METAL_WORKERS"] = "many", ["TASKMESH_EXTERNAL_SLOTS"] = "0" };

        var refusal = Assert.Throws<SettingsException>(() => ManagerSettings.Read(wrong));

        Assert.All(Least.Keys, name => Assert.Contains($"{name}: is not set", refusal.Message));
        Assert.Contains("MAX_BARE_METAL_WORKERS: 'many' is not a number from 0 to 1000", refusal.Message);
        Assert.Contains("TASKMESH_EXTERNAL_SLOTS: '0' is not a number from 1 to 100000", refusal.Message);
    }
}
