using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class ScanPaceTests
{
    private static readonly ScanPace Pace = new(PacketsPerSecond: 1000, Retries: 10);

    [Theory]
    [InlineData(0, 250)]
    [InlineData(1, 500)]
    [InlineData(4, 4000)]
    [InlineData(9, 4000)]
    public void Pauses_double_up_to_a_bound(int attempt, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Pace.PauseAfter(attempt, slowestAnswer: null));

    [Fact]
    public void Nobody_is_asked_again_before_an_answer_could_be_there() =>
        Assert.Equal(TimeSpan.FromMilliseconds(900), Pace.PauseAfter(0, TimeSpan.FromMilliseconds(600)));

    [Fact]
    public void The_window_is_made_for_the_rate_and_never_too_large()
    {
        Assert.Equal(4000, Pace.Window);
        Assert.Equal(9000, (Pace with { LongestTalk = TimeSpan.FromSeconds(5) }).Window);
        Assert.Equal(ProbeWindow.LargestCapacity, (Pace with { PacketsPerSecond = 10_000_000 }).Window);
    }
}
