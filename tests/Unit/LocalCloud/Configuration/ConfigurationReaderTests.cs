using System.Text;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.Unit.LocalCloud.Configuration;

public class ConfigurationReaderTests
{
    [Fact]
    public void What_a_file_leaves_out_has_its_default()
    {
        var configuration = Read("""{"region":"eu-west-1","store":{"folder":"/data"},"logFolder":"/logs"}""");

        Assert.Equal(("000000000000", 0, 10), (configuration.AccountId, configuration.Port, configuration.StopGraceSeconds));
        Assert.Empty(configuration.Queues);
        Assert.True(configuration.Store.Durable);
    }

    [Theory]
    [InlineData("\"queuees\":[]", "queuees")]
    [InlineData("\"functions\":[{\"name\":\"f\",\"command\":[\"true\"],\"concurency\":2}]", "concurency")]
    [InlineData("\"functions\":[{\"name\":\"f\"}]", "command")]
    [InlineData("\"port\":1,\"port\":2", "port")]
    [InlineData("\"queues\":null", "ueues")]
    [InlineData("\"port\":\"80\"", "port")]
    public void A_key_that_is_unknown_missing_doubled_or_of_another_type_is_named(string part, string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => ReadWith(part));

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"port\":70000", "port: 70000 is not from 0 to 65535")]
    [InlineData("\"accountId\":\"1\"", "accountId: '1' is not twelve digits")]
    [InlineData("\"queues\":[{\"name\":\"a b\"}]", "queues: 'a b' is no name")]
    [InlineData("\"queues\":[{\"name\":\"a\"},{\"name\":\"a\"}]", "queues: 'a' is there twice")]
    [InlineData("\"functions\":[{\"name\":\"f\",\"command\":[]}]", "functions: 'f': command is empty")]
    [InlineData("\"functions\":[{\"name\":\"f\",\"command\":[\"x\"],\"timeoutSeconds\":901}]", "timeoutSeconds 901")]
    [InlineData("\"functions\":[{\"name\":\"f\",\"command\":[\"x\"],\"eventSources\":[{\"queue\":\"q\"}]}]", "queue 'q' is not configured")]
    [InlineData("\"images\":{\"i\":{\"command\":[\"x\"],\"capabilities\":[\"net_raw\"]}}", "images: 'i': capabilities need a userId")]
    [InlineData("\"images\":{\"i\":{\"command\":[\"x\"],\"architecture\":\"mips\"}}", "'mips' is neither arm64 nor x86_64")]
    [InlineData("\"images\":{\"i\":{\"command\":[\"x\"],\"networkNamespace\":\"../etc\"}}", "'../etc' is no name of a network namespace")]
    [InlineData("\"launchTemplates\":{\"t\":{\"versions\":[]}}", "defaultVersion 1 is none of its 0 versions")]
    [InlineData("\"launchTemplates\":{\"t\":{\"versions\":[{\"imageId\":\"i\",\"instanceType\":\"t4g.micro\"}]}}", "image 'i' is not configured")]
    [InlineData("\"faults\":{\"queues\":{\"duplicates\":1.1}}", "faults: queues: duplicates 1.1 is not from 0 to 1")]
    [InlineData("\"ec2\":{\"bootSeconds\":-1}", "bootSeconds, terminatedCountsSeconds and spotNoticeSeconds are not negative")]
    [InlineData("\"ec2\":{\"faults\":[{\"operation\":\"Boot\",\"code\":\"x\"}]}", "a boot 'fails' or 'hangs', it does not 'x'")]
    [InlineData("\"ec2\":{\"faults\":[{}]}", "without a code and with its reply it is none")]
    [InlineData("\"timers\":[{\"intervalSeconds\":0,\"queue\":\"q\",\"body\":1}]", "timers: intervalSeconds 0 is not above 0")]
    public void A_value_that_makes_no_sense_is_named_with_its_rule(string part, string problem)
    {
        var error = Assert.Throws<ConfigurationException>(() => ReadWith(part));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"timeoutSeconds\":31,\"eventSources\":[{\"queue\":\"q\"}]", "timeoutSeconds 31 is above the VisibilityTimeout 30 of 'q'")]
    [InlineData("\"eventSources\":[{\"queue\":\"q\",\"batchSize\":11}]", "a batchSize above 10 needs batchingWindowSeconds of at least 1")]
    public void An_event_source_fits_its_queue(string part, string problem)
    {
        var error = Assert.Throws<ConfigurationException>(
            () => ReadWith($$"""
                "queues":[{"name":"q"}],"functions":[{"name":"f","command":["x"],{{part}}}]
                """));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => ReadWith("\"port\":-1,\"accountId\":\"\""));

        Assert.Equal(2, error.Message.Split('\n').Length);
    }

    [Fact]
    public void The_store_is_either_a_database_or_a_folder() => Assert.Throws<ConfigurationException>(
        () => Read("""{"region":"eu-west-1","store":{"folder":"/data","connectionString":"Host=x"},"logFolder":"/logs"}"""));

    private static CloudConfiguration ReadWith(string part) => Read($$"""{"region":"eu-west-1","store":{"folder":"/d"},"logFolder":"/l",{{part}}}""");

    private static CloudConfiguration Read(string json) => ConfigurationReader.Read(Encoding.UTF8.GetBytes(json));
}
