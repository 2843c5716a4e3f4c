using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.OneShot;

namespace TaskMesh.Unit.Workers.BareMetal.OneShot;

public sealed class ScanProgressLineTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _error.Dispose();

    [Theory]
    [InlineData(1, 2, "0:20:00 50.0 %", "0:20:00 left")]
    [InlineData(1, 200, "0:20:00 0.5 %", "66:20:00 left")]
    [InlineData(1, long.MaxValue, "0:20:00 0.0 %", "27777777:46:40 left")]
    public void How_long_it_takes_is_told_in_hours_however_many(ulong asked, ulong planned, string done, string left)
    {
        var line = new ScanProgressLine(_error, "line", isTerminal: false, _clock);
        _clock.Advance(TimeSpan.FromMinutes(20));

        line.Report(new(0, planned, asked, 10, 0, 0, null, 0, 100));

        Assert.StartsWith(done, _error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(left, _error.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_are_told_in_the_published_form()
    {
        var line = new ScanProgressLine(_error, "json", isTerminal: false, _clock);
        _clock.Advance(TimeSpan.FromMinutes(20));

        line.Report(new(0, 400, 100, 10, 0, 0, null, 0, 100));

        var row = Assert.Single(OutputLines.Parse(_error.ToString()));
        Assert.Equal((0.25, 3_600_000), (row.GetProperty("share").GetDouble(), row.GetProperty("left_ms").GetInt64()));
    }

    [Theory]
    [InlineData("line", "degraded: 7 packets came in faster than they were read.")]
    [InlineData("json", "")]
    [InlineData("none", "")]
    public void People_are_told_what_a_scan_may_have_missed(string form, string told)
    {
        var line = new ScanProgressLine(_error, form, isTerminal: false, _clock);

        line.Warn(["7 packets came in faster than they were read."]);

        Assert.Equal(told, _error.ToString().TrimEnd());
    }
}
