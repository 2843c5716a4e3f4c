using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class PermutationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(25_600)]
    [InlineData(131_071)]
    public void Every_number_below_the_size_comes_once(int size)
    {
        var permutation = new Permutation((ulong)size, seed: 5);

        var shuffled = Enumerable.Range(0, size).Select(index => permutation.Shuffle((ulong)index)).ToHashSet();

        Assert.Equal(size, shuffled.Count);
        Assert.All(shuffled, value => Assert.True(value < (ulong)size));
    }

    [Fact]
    public void Unshuffling_finds_the_index_again_at_any_size() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(ulong Size, ulong Index, ulong Seed)>(), each =>
        {
            // FsCheck prefers small numbers; large sizes come from spreading them over all widths.
            var size = Math.Max(each.Size * 0x9E37_79B9_7F4A_7C15 >> (int)(each.Seed % 64), 1);
            var index = each.Index * 0xD6E8_FEB8_6659_FD93 % size;
            var permutation = new Permutation(size, each.Seed);
            return permutation.Shuffle(index) < size && permutation.Unshuffle(permutation.Shuffle(index)) == index;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(5, ulong.MaxValue)]
    public void A_place_outside_is_refused(ulong size, ulong place)
    {
        var permutation = new Permutation(size, seed: 5);

        Assert.Throws<ArgumentOutOfRangeException>(() => permutation.Shuffle(place));
        Assert.Throws<ArgumentOutOfRangeException>(() => permutation.Unshuffle(place));
    }

    [Fact]
    public void Seeds_give_different_orders()
    {
        var one = new Permutation(10_000, seed: 1);
        var other = new Permutation(10_000, seed: 2);

        var same = Enumerable.Range(0, 10_000).Count(index => one.Shuffle((ulong)index) == other.Shuffle((ulong)index));

        Assert.True(same < 20, $"{same} of 10,000 places agree; chance gives one.");
    }

    [Fact]
    public void Neighbours_are_spread_over_the_whole_size()
    {
        var permutation = new Permutation(1 << 20, seed: 3);

        var steps = Enumerable.Range(0, 10_000)
            .Select(index => Math.Abs((double)permutation.Shuffle((ulong)index + 1) - permutation.Shuffle((ulong)index)))
            .Average();

        // Two numbers drawn at random lie a third of the size apart on average.
        Assert.InRange(steps / (1 << 20), 0.32, 0.35);
    }
}
