using TaskMesh.Core.Scope;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Dns;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Dns;

public class ResolverPoolTests
{
    private static readonly Address[] Three = [Address.Parse("192.0.2.1"), Address.Parse("192.0.2.2"), Address.Parse("2001:db8::3")];

    private readonly ManualClock _clock = new();

    [Fact]
    public void Questions_take_turns_and_each_retry_goes_to_another()
    {
        var pool = new ResolverPool(Three, 1000, _clock);

        for (var index = 0UL; index < 300; index++)
            Assert.Equal(3, Enumerable.Range(0, 3).Select(attempt => pool.Pick(index, attempt)).Distinct().Count());

        Assert.All(pool.All, resolver => Assert.Equal(300, resolver.Asked));
    }

    [Fact]
    public void Each_resolver_gets_its_rate_and_no_more()
    {
        var pool = new ResolverPool(Three, 100, _clock);

        for (var index = 0UL; _clock.Elapsed < TimeSpan.FromSeconds(10); _clock.Advance(TimeSpan.FromMilliseconds(1)))
        {
            if (!pool.IsBusy)
                pool.Pick(index++, 0);
        }

        Assert.All(pool.All, resolver => Assert.InRange(resolver.Asked, 990, 1010));
    }

    [Fact]
    public void One_that_hardly_answers_is_left_out_until_it_is_taken_back()
    {
        var pool = new ResolverPool(Three, int.MaxValue, _clock);
        for (var second = 0; second < 4; second++)
        {
            for (var index = 0UL; index < 300; index++)
            {
                var resolver = pool.Pick(index, 0);
                resolver.Answered += resolver.Number != 1 || index % 50 == 0 ? 1 : 0;
            }
            _clock.Advance(TimeSpan.FromSeconds(1));
            pool.Observe();
        }

        Assert.Equal([0, 2], pool.Active.Select(resolver => resolver.Number));
        pool.TakeBack(pool.All[1]);
        Assert.Equal([0, 2, 1], pool.Active.Select(resolver => resolver.Number));
    }

    [Fact]
    public void One_that_answers_at_once_and_is_then_asked_nothing_is_kept()
    {
        var pool = new ResolverPool(Three, int.MaxValue, _clock);
        for (var index = 0UL; index < 300; index++)
            pool.Pick(index, 0).Answered++;
        for (var second = 0; second < 5; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            pool.Observe();
        }

        Assert.Equal(3, pool.Active.Count);
    }

    [Fact]
    public void One_that_was_hardly_asked_is_kept()
    {
        var pool = new ResolverPool(Three, int.MaxValue, _clock);
        for (var second = 0; second < 10; second++)
        {
            pool.Pick(0, 0);
            _clock.Advance(TimeSpan.FromSeconds(1));
            pool.Observe();
        }

        Assert.Equal(3, pool.Active.Count);
    }

    [Fact]
    public void While_none_is_well_nothing_new_is_asked_and_retries_go_on()
    {
        var pool = new ResolverPool(Three, 1000, _clock);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(pool.IsBusy);

        foreach (var resolver in pool.All)
            pool.LeaveOut(resolver);

        Assert.True(pool.IsBusy);
        Assert.Equal(1, pool.Pick(1, 0).Number);
    }

    [Fact]
    public void Who_lies_is_not_asked_even_while_none_is_well()
    {
        var pool = new ResolverPool(Three, 1000, _clock);
        foreach (var resolver in pool.All)
            pool.LeaveOut(resolver);
        pool.All[1].Health = ResolverHealth.Lying("a proof");

        Assert.Equal([0, 2], Enumerable.Range(0, 30).Select(index => pool.Pick((ulong)index, 1).Number).Distinct().Order());
    }

    [Fact]
    public void Only_resolvers_of_the_scan_are_found_by_their_address()
    {
        var pool = new ResolverPool(Three, 1000, _clock);

        Assert.True(pool.TryFind(Three[2], out var found));
        Assert.Equal(2, found.Number);
        Assert.False(pool.TryFind(Address.Parse("192.0.2.9"), out _));
    }
}
