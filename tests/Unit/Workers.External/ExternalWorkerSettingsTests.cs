using TaskMesh.Core.Configuration;
using TaskMesh.Core.Ports;
using TaskMesh.Workers.External;

namespace TaskMesh.Unit.Workers.External;

public class ExternalWorkerSettingsTests
{
    [Fact]
    public void Providers_are_the_real_ones_unless_others_are_named()
    {
        Assert.Equal(new Uri("https://crt.sh"), Assert.Single(Read(null).Providers).Value);
        Assert.Equal(
            [new("crt.sh", new Uri("http://127.0.0.1:8080")), new KeyValuePair<string, Uri>("other", new Uri("https://other.example/api?k=v"))],
            Read("crt.sh=http://127.0.0.1:8080, other=https://other.example/api?k=v").Providers);
    }

    [Theory]
    [InlineData("crt.sh")]
    [InlineData("crt.sh=")]
    [InlineData("crt.sh=crt.sh")]
    [InlineData("crt.sh=ftp://crt.sh")]
    [InlineData("crt.sh=file:///etc/passwd")]
    public void A_provider_that_is_no_web_address_stops_the_start(string providers) => Assert.Equal(
        $"TASKMESH_EXTERNAL_PROVIDERS: '{providers}' is not name=http(s)://host",
        Assert.Throws<SettingsException>(() => Read(providers)).Message);

    [Fact]
    public void Keys_and_members_are_read_and_a_wrong_key_is_not_shown()
    {
        var settings = ExternalWorkerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_MANAGER_QUEUE_URL"] = "queue",
            ["TASKMESH_EXTERNAL_KEYS"] = "nessus-1=X-ApiKeys:accessKey=a;secretKey=b",
            ["TASKMESH_EXTERNAL_MEMBERS"] = "scanner=nessus-1:5,scanner=nessus-2:2",
        });

        Assert.Equal(("X-ApiKeys", "accessKey=a;secretKey=b"), settings.Keys["nessus-1"]);
        Assert.Equal([new WebMember("nessus-1", 5), new WebMember("nessus-2", 2)], settings.Members["scanner"]);

        var wrong = Assert.Throws<SettingsException>(() => ExternalWorkerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_MANAGER_QUEUE_URL"] = "queue",
            ["TASKMESH_EXTERNAL_KEYS"] = "top-secret",
            ["TASKMESH_EXTERNAL_MEMBERS"] = "scanner=nessus-1",
        }));
        Assert.Contains("TASKMESH_EXTERNAL_KEYS", wrong.Message);
        Assert.Contains("'scanner=nessus-1' is not name=provider:capacity", wrong.Message);
        Assert.DoesNotContain("top-secret", wrong.Message);
    }

    private static ExternalWorkerSettings Read(string? providers) => ExternalWorkerSettings.Read(new Dictionary<string, string>
    {
        ["TASKMESH_MANAGER_QUEUE_URL"] = "https://q/manager",
        ["TASKMESH_EXTERNAL_PROVIDERS"] = providers ?? "",
    });
}
