using System.Text.Json;
using TaskMesh.Core.Metrics;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Metrics;

public class MeterTests
{
    private readonly List<string> _lines = [];

    [Fact]
    public void A_metric_is_a_line_in_the_embedded_format()
    {
        var clock = new ManualClock(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123));

        new Meter("dev", clock, _lines.Add).Tell(MeshMetrics.TasksReady, 12, "external");

        Assert.Equal(
            """
            {"_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"TaskMesh","Dimensions":[["Stage","Pool"]],
            "Metrics":[{"Name":"TasksReady","Unit":"Count"}]}]},"Stage":"dev","Pool":"external","TasksReady":12}
            """.ReplaceLineEndings(""),
            Assert.Single(_lines));
    }

    [Fact]
    public void What_stands_in_a_dimension_cannot_break_the_line()
    {
        new Meter("dev", TimeProvider.System, _lines.Add).Tell(MeshMetrics.LaunchAnswers, 1, "a\"b\nc");

        Assert.Equal("a\"b\nc", JsonElement.Parse(Assert.Single(_lines)).GetProperty("Answer").GetString());
        Assert.DoesNotContain('\n', _lines[0]);
    }

    [Fact]
    public void Without_a_stage_nothing_is_told()
    {
        new Meter(null, TimeProvider.System, _lines.Add).Tell(MeshMetrics.Messages, 1);

        Assert.Empty(_lines);
    }

    [Fact]
    public void A_dimension_that_is_missing_is_a_mistake_of_ours() =>
        Assert.Throws<ArgumentException>(() => Meter.Silent.Tell(MeshMetrics.TasksReady, 1));
}
