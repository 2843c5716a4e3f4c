namespace TaskMesh.Cdk.Tests;

public class MeshOptionsTests
{
    [Fact]
    public void Without_context_everything_has_a_default() => Assert.Equivalent(
        new
        {
            Database = DatabaseKind.Aurora,
            Pools = Array.Empty<PoolOptions>(),
            Fleet = new { MaxWorkers = 5 },
            MonthlyBudget = 200,
            IsTemporary = false,
        },
        Read());

    [Fact]
    public void Values_may_be_texts_of_the_command_line_or_json_of_a_file()
    {
        Assert.Equal(3, Read(("maxBareMetalWorkers", "3")).Fleet.MaxWorkers);
        Assert.Equal(3, Read(("maxBareMetalWorkers", 3.0)).Fleet.MaxWorkers);
        Assert.True(Read(("temporary", "true")).IsTemporary);
        Assert.True(Read(("temporary", true)).IsTemporary);
        Assert.Equal(DatabaseKind.Rds, Read(("database", "rds")).Database);
        var pool = new Dictionary<string, object> { ["name"] = "dmz", ["class"] = "Internal", ["kinds"] = new object[] { "tcp-*" } };
        Assert.Equal(["tcp-*"], Assert.Single(Read(("pools", new object[] { pool })).Pools).Kinds);
        Assert.Equal(4, Assert.Single(Read(("pools", """[{"name":"dmz","class":"Internal","slots":4}]""")).Pools).Slots);
    }

    [Theory]
    [InlineData("stage", "Alice", "1 to 20 lower-case letters")]
    [InlineData("database", "oracle", "none of aurora, rds")]
    [InlineData("maxBareMetalWorkers", "-1", "not a number from 0 to 1000")]
    [InlineData("monthlyBudget", "0", "not a number from 1 to 1000000")]
    [InlineData("email", "nobody", "no mail address")]
    [InlineData("providerKeys", "shodan", "no ARN of a secret")]
    [InlineData("temporary", "perhaps", "neither true nor false")]
    [InlineData("pools", "[{", "no list of pools")]
    [InlineData("pools", """{"name":"dmz"}""", "no list of pools")]
    [InlineData("pools", """[{"name":"dmz","class":"Internal","colour":"red"}]""", "no list of pools")]
    [InlineData("pools", """[{"name":"Dmz","class":"Internal"}]""", "lower-case letters")]
    [InlineData("pools", """[{"name":"x-dead","class":"Internal"}]""", "not ending with '-dead'")]
    [InlineData("pools", """[{"name":"dmz","class":"BareMetal"}]""", "nobody would serve another")]
    [InlineData("architecture", "mips", "none of arm64, x64")]
    [InlineData("instanceTypes", "t4g.micro,t3.micro", "not a list of Arm64 types")]
    [InlineData("spot", "yes", "not 1 for spot")]
    [InlineData("minWorkers", "1 someday", "not a number, or a number and a time")]
    [InlineData("costCap", "much", "US dollars an hour")]
    [InlineData("prices", "t4g.micro", "not a list of type=price")]
    [InlineData("launchOrder", "any", "not type or subnet")]
    [InlineData("bootDeadline", "2h", "not a duration from 1s to 1h")]
    [InlineData("pools", """[{"name":"dmz","class":"Cloud"}]""", "none of External, Internal")]
    [InlineData("pools", """[{"name":"dmz","class":"Internal","slots":0}]""", "0 slots")]
    [InlineData("pools", """[{"name":"manager","class":"Internal"}]""", "2 queues of the name 'manager'")]
    public void What_is_wrong_is_named(string name, string value, string rule)
    {
        var refused = Assert.Throws<MeshOptionsException>(() => Read((name, value)));

        Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_named_at_once()
    {
        var refused = Assert.Throws<MeshOptionsException>(() => Read(("stage", "?"), ("email", "?"), ("pools", "?")));

        Assert.Equal(3, refused.Message.Split(Environment.NewLine).Length);
    }

    private static MeshOptions Read(params (string Name, object Value)[] context) =>
        MeshOptions.Read(context.ToDictionary(value => value.Name, value => value.Value).GetValueOrDefault);
}
