using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using TaskMesh.Cli;
using TaskMesh.Cli.Rehearsing;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Cli.Rehearsing;

public partial class ScenarioTests
{
    private const string Work = """ "work":[{"kind":"insert-data","input":{"key":"a","value":1}}] """;

    [Fact]
    public void A_scenario_needs_only_work()
    {
        var scenario = Read($"{{ {Work} }}");

        Assert.Equal((0, TimeSpan.FromMinutes(2), 0, 0), (scenario.Seed, scenario.Patience, scenario.Manager.Count, scenario.Events.Count));
        Assert.Equal("insert-data", Assert.Single(scenario.Work).GetProperty("kind").GetString());
    }

    [Fact]
    public void Comments_and_a_last_comma_may_stand_in_it()
    {
        var scenario = Read($$"""
            {
              // what befalls whom
              "seed": 7, "events": [{ "task": "scan", "do": "spot-notice" }],
              "ec2": { "faults": [{ "code": "InsufficientInstanceCapacity", "share": 0.5 }] },
              {{Work}},
            }
            """);

        Assert.Equal(new Happening("scan", Befalls.SpotNotice), Assert.Single(scenario.Events));
        Assert.Equal((7, 0.5), (scenario.Seed, Assert.Single(scenario.Ec2.Faults).Share));
    }

    [Theory]
    [InlineData("{", "scenario.json, line 1, column 2: the text ends before every")]
    [InlineData("{}", "scenario.json: these fields are missing: 'work'")]
    [InlineData("""{"work":[]}""", "scenario.json: work: there is nothing to rehearse with")]
    [InlineData("""{WORK,"colour":1}""", "scenario.json, line 1, column 66: there is no field 'colour' here")]
    [InlineData("""{WORK,"limit":"2"}""", "scenario.json: limit: '2' is not a duration from 1s to 1h")]
    [InlineData("""{WORK,"events":[{"task":"a","do":"melt"}]}""", "scenario.json, line 1, column 93: events[0].do: this value has")]
    [InlineData("""{WORK,"manager":{"AWS_ENDPOINT_URL_EC2":"x"} }""", "scenario.json: manager: 'AWS_ENDPOINT_URL_EC2' is no setting of the Manager")]
    [InlineData("""{WORK,"ec2":{"faults":[{"code":"x","share":2}]} }""", "scenario.json: ec2: faults: share 2 is not from 0 to 1")]
    [InlineData("""{WORK,"queues":{"duplicates":-1} }""", "scenario.json: faults: queues: duplicates -1 is not from 0 to 1")]
    public void What_is_wrong_is_told_before_anything_starts(string json, string sentence)
    {
        var refusal = Assert.Throws<CliException>(() => Read(json.Replace("WORK", Work, StringComparison.Ordinal)));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Editors_are_told_of_every_key()
    {
        var schema = (JsonObject)Scenario.Json.GetJsonSchemaAsNode(
            typeof(Scenario), new() { TreatNullObliviousAsNonNullable = true });
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "A scenario of taskmesh rehearse");

        Snapshot.MatchDocument("schemas/scenario.v1.json", $"{schema.ToJsonString(new() { WriteIndented = true })}\n");
    }

    [Fact]
    public void The_example_of_the_documentation_can_be_played()
    {
        var text = File.ReadAllText(Repository.PathOf("docs/local.md"));

        var scenario = Read(Example().Match(text).Groups["json"].Value);

        Assert.NotEmpty(scenario.Events);
        Assert.NotEmpty(scenario.Ec2.Faults);
    }

    private static Scenario Read(string json) => Scenario.Read(new JsonText("scenario.json", json));

    [GeneratedRegex("## Rehearsals.*?```jsonc\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
