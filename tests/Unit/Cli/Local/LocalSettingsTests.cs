using TaskMesh.Cli.Local;
using TaskMesh.Core.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Cli.Local;

public class LocalSettingsTests
{
    [Fact]
    public void Hosts_get_their_settings_and_nothing_else_of_the_environment()
    {
        var options = LocalSettings.Read("folder", new Dictionary<string, string>
        {
            ["MAX_BARE_METAL_WORKERS"] = "2",
            ["TASKMESH_MANAGER_QUEUE_URL"] = "https://elsewhere",
            ["TASKMESH_EXTERNAL_KEYS"] = "shodan=key:secret",
            ["BARE_METAL_IDLE_TIMEOUT"] = "30s",
            ["PATH"] = "/bin",
        });

        Assert.Equal(["MAX_BARE_METAL_WORKERS"], options.ManagerEnvironment.Keys);
        Assert.Equal(["TASKMESH_EXTERNAL_KEYS"], options.ExternalEnvironment.Keys);
        Assert.Equal(TimeSpan.FromSeconds(30), options.WorkerIdleTimeout);
    }

    [Fact]
    public void What_is_wrong_with_the_worker_s_is_named()
    {
        var environment = new Dictionary<string, string> { ["BARE_METAL_IDLE_TIMEOUT"] = "5" };

        Assert.Contains(
            "BARE_METAL_IDLE_TIMEOUT",
            Assert.Throws<SettingsException>(() => LocalSettings.Read("folder", environment)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_one_is_documented()
    {
        var source = File.ReadAllText(Repository.PathOf("src/Cli/Local/LocalSettings.cs"));
        var documentation = File.ReadAllText(Repository.PathOf("docs/local.md"));

        Assert.All(
            source.Split('"').Where((name, place) => place % 2 == 1 && name.Contains('_')),
            name => Assert.Contains($"`{name}`", documentation, StringComparison.Ordinal));
    }
}
