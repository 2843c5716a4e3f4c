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
        Assert.Equal(
            ["template/template", "t4g.micro/template", "t4g.small/template", "c8gd.medium/template", "c7g.medium/template"],
            settings.Fleet.Cells.Select(cell => $"{cell}"));
        Assert.Equal(0, settings.Fleet.MinimumAt(DateTimeOffset.UnixEpoch));
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
        Assert.Equal(["template/subnet-a", "template/subnet-b", "t4g.micro/subnet-a"], fleet.Cells.Take(3).Select(cell => $"{cell}"));
    }

    [Fact]
    public void Order_and_market_of_launches_are_the_environments()
    {
        var fleet = ManagerSettings.Read(new Dictionary<string, string>(Least)
        {
            ["BARE_METAL_WORKER_SUBNETS"] = "a,b",
            ["TASKMESH_MANAGER_INSTANCE_TYPES"] = "t4g.small",
            ["TASKMESH_MANAGER_SPOT"] = "1",
            ["TASKMESH_MANAGER_LAUNCH_ORDER"] = "subnet",
            ["TASKMESH_MANAGER_MIN_WORKERS"] = "9 Thu 08:00-09:00 Europe/Berlin",
        }).Fleet;

        Assert.Equal(
            [
                "template/a/spot", "t4g.small/a/spot", "template/b/spot", "t4g.small/b/spot",
                "template/a", "t4g.small/a", "template/b", "t4g.small/b",
            ],
            fleet.Cells.Select(cell => $"{cell}"));
        // 1 January 1970 was a Thursday, an hour before Berlin's clocks.
        Assert.Equal((0, 5, 0), (
            fleet.MinimumAt(DateTimeOffset.UnixEpoch.AddHours(6.9)), fleet.MinimumAt(DateTimeOffset.UnixEpoch.AddHours(7)),
            fleet.MinimumAt(DateTimeOffset.UnixEpoch.AddHours(8))));
    }

    [Theory]
    [InlineData("TASKMESH_MANAGER_INSTANCE_TYPES", "t4g.micro,t3.micro", "'t3.micro' is X64 and the image is Arm64")]
    [InlineData("TASKMESH_MANAGER_INSTANCE_TYPES", "huge", "'huge' is no instance type")]
    [InlineData("TASKMESH_MANAGER_TEMPLATE_TYPE", "t3.micro", "'t3.micro' is X64 and the image is Arm64")]
    [InlineData("TASKMESH_MANAGER_IMAGE_ARCHITECTURE", "x64", "'t4g.small' is Arm64 and the image is X64")]
    [InlineData("TASKMESH_MANAGER_IMAGE_ARCHITECTURE", "mips", "'mips' is none of arm64, x64")]
    [InlineData("TASKMESH_MANAGER_LAUNCH_ORDER", "1", "'1' is none of type, subnet")]
    [InlineData("TASKMESH_MANAGER_MIN_WORKERS", "1 08:00 Berlin", "'1 08:00 Berlin' is not a number, or a number and a time")]
    public void A_fleet_that_cannot_work_is_named_at_the_start(string variable, string value, string problem)
    {
        var error = Assert.Throws<SettingsException>(() => ManagerSettings.Read(new Dictionary<string, string>(Least) { [variable] = value }));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
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
