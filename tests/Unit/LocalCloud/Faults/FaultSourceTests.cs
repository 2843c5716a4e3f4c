using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.Unit.LocalCloud.Faults;

public class FaultSourceTests
{
    private const int Asked = 10_000;

    [Fact]
    public void The_same_seed_decides_alike_in_whatever_order_it_is_asked()
    {
        var (forwards, backwards) = (new FaultSource(7), new FaultSource(7));
        var all = Enumerable.Range(0, Asked).ToArray();

        var hits = all.Where(what => forwards.Hits("late", 0.1, $"{what}")).ToArray();
        var again = all.Reverse().Where(what => backwards.Hits("late", 0.1, $"{what}")).Reverse();

        Assert.Equal(hits, again);
    }

    [Fact]
    public void Another_seed_another_fault_and_another_time_decide_otherwise()
    {
        var source = new FaultSource(7);

        bool[] first = [.. Enumerable.Range(0, Asked).Select(what => source.Hits("late", 0.5, $"{what}"))];

        Assert.NotEqual(first, Enumerable.Range(0, Asked).Select(what => source.Hits("late", 0.5, $"{what}")));
        Assert.NotEqual(first, Enumerable.Range(0, Asked).Select(what => source.Hits("lost", 0.5, $"{what}")));
        Assert.NotEqual(first, Enumerable.Range(0, Asked).Select(what => new FaultSource(8).Hits("late", 0.5, $"{what}")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.05)]
    [InlineData(1)]
    public void As_many_are_hit_as_the_share_says_and_counted(double share)
    {
        var source = new FaultSource(7);

        var hits = Enumerable.Range(0, Asked).Count(what => source.Hits("late", share, $"{what}"));

        Assert.InRange(hits, Asked * share * 0.8, Asked * share * 1.2);
        Assert.Equal(hits, source.Counts.GetValueOrDefault("late"));
    }

    [Fact]
    public void Nothing_is_hit_any_more_once_faults_have_ended()
    {
        var source = new FaultSource(7) { Active = false };

        Assert.False(source.Hits("late", 1, "x"));
        Assert.Empty(source.Counts);
    }
}
