using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Recon;

namespace TaskMesh.Unit.Shared.Core.Recon;

public class ScanShardTests
{
    private static readonly ScanCheckpoint Position = new(0, 0, 0, 0, 0, 0, 0, 0);

    [Theory]
    [InlineData("1/1", 0, 1000)]
    [InlineData("2/3", 333, 666)]
    [InlineData("500-599", 500, 600)]
    [InlineData("999-5000", 999, 1000)]
    [InlineData("7000-8000", 1000, 1000)]
    public void A_part_has_its_places(string text, ulong first, ulong end)
    {
        var shard = ScanShard.Parse(text);

        Assert.Equal(((first, end), text), (shard.Of(1000), shard.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0/1")]
    [InlineData("2/1")]
    [InlineData("1/2/3")]
    [InlineData("-1/2")]
    [InlineData("1/9999999999")]
    [InlineData("5-4")]
    [InlineData("1-")]
    [InlineData("+1-2")]
    [InlineData("1-9223372036854775808")]
    public void What_is_no_part_is_none(string text) => Assert.False(ScanShard.TryParse(text, out _));

    [Fact]
    public void Parts_are_the_whole_and_never_meet() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<ulong>(),
            ArbMap.Default.ArbFor<PositiveInt>(),
            (count, parts) => IsCut(0, count, [.. Enumerable.Range(1, parts.Get).Select(part => new ScanShard(part, parts.Get).Of(count))]))
        .Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Places_that_are_cut_are_the_same_places_and_never_meet() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<ulong>(),
            ArbMap.Default.ArbFor<ulong>(),
            ArbMap.Default.ArbFor<PositiveInt>(),
            (one, other, parts) =>
            {
                var (first, end) = (Math.Min(one, other), Math.Max(one, other));
                return IsCut(first, end, [.. ScanShard.Cut(first, end, parts.Get)]);
            })
        .Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData(550, 500, 550)]
    [InlineData(700, 500, 600)]
    [InlineData(400, 500, 500)]
    public void An_attempt_ends_where_others_go_on(ulong taken, ulong first, ulong end) =>
        Assert.Equal((first, end), ScanShard.Parse("500-599").Of(1000, Position with { End = taken }));

    private static bool IsCut(ulong first, ulong end, (ulong First, ulong End)[] parts) =>
        parts[0].First == first && parts[^1].End == end
        && parts.All(part => part.First <= part.End)
        && parts.Zip(parts.Skip(1)).All(pair => pair.First.End == pair.Second.First)
        && parts.Max(part => part.End - part.First) - parts.Min(part => part.End - part.First) <= 1;
}
