using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public class DurationTests
{
    [Theory]
    [InlineData("1500ns", 15)]
    [InlineData("1us", 10)]
    [InlineData("250ms", 2_500_000)]
    [InlineData("0s", 0)]
    [InlineData("1.5s", 15_000_000)]
    [InlineData("2m", 1_200_000_000)]
    [InlineData("3h", 108_000_000_000)]
    public void A_number_and_a_unit_is_a_duration(string text, long ticks)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5d")]
    [InlineData("99999999999999999999h")]
    [InlineData(null)]
    public void Anything_else_is_none(string? text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void What_is_written_reads_back_as_the_same() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<long>().Select(Math.Abs).Where(ticks => ticks >= 0).ToArbitrary(),
        ticks => Duration.TryParse(Duration.Write(new TimeSpan(ticks)), out var back) && back.Ticks == ticks).QuickCheckThrowOnFailure();
}
