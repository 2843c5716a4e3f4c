using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class ScanPaceTests
{
    [Theory]
    [InlineData(0, 250)]
    [InlineData(1, 500)]
    [InlineData(4, 4000)]
    [InlineData(9, 4000)]
    [InlineData(10, 1000)]
    public void Pauses_double_up_to_a_bound_and_end_with_the_cool_down(int attempt, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new ScanPace(PacketsPerSecond: 1000, Retries: 10).RestAfter(attempt));
}
