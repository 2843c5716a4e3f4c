using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class AddressSetTests
{
    /// <summary>Ranges within 0.0.0.0-0.0.0.63, so that they overlap and touch, and a set of their numbers beside them.</summary>
    private static readonly Arbitrary<(byte, byte)[]> SmallRanges =
        (from pairs in Gen.Choose(0, 63).Select(number => (byte)number).Two().ArrayOf()
         select pairs.Select(
            pair => (pair.Item1, pair.Item2)).ToArray()).ToArbitrary();

    [Fact]
    public void Sets_behave_like_sets_of_numbers() => Prop.ForAll(SmallRanges, SmallRanges, (left, right) =>
    {
        var (a, b) = (Set(left), Set(right));
        var (x, y) = (Numbers(left), Numbers(right));
        return Same(a, x)
            && Same(a.Union(b), x.Union(y))
            && Same(a.Intersect(b), x.Intersect(y))
            && Same(a.Except(b), x.Except(y));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ranges_that_touch_become_one()
    {
        var set = new AddressSet([AddressRange.Parse("10.0.0.0/25"), AddressRange.Parse("10.0.0.128/25"), AddressRange.Parse(
            "2001:db8::1"), AddressRange.Parse("10.0.0.7")]);

        Assert.Equal("10.0.0.0/24, 2001:db8::1", set.ToString());
    }

    [Fact]
    public void The_whole_of_both_families_can_be_held()
    {
        var all = new AddressSet([AddressRange.Parse("0.0.0.0/0"), AddressRange.Parse("::/0")]);

        Assert.True(all.Contains(Address.Parse("255.255.255.255")) && all.Contains(Address.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
        Assert.Equal(UInt128.MaxValue, all.AddressCount);
    }

    private static AddressSet Set((byte, byte)[] ranges) =>
        new(ranges.Select(range => new AddressRange(Address.V4(Math.Min(range.Item1, range.Item2)), Address.V4(Math.Max(range.Item1, range.Item2)))));

    private static HashSet<int> Numbers((byte, byte)[] ranges) =>
        [.. ranges.SelectMany(range => Enumerable.Range(Math.Min(range.Item1, range.Item2), Math.Abs(range.Item1 - range.Item2) + 1))];

    private static bool Same(AddressSet set, IEnumerable<int> numbers)
    {
        var expected = numbers.ToHashSet();
        return set.AddressCount == (UInt128)expected.Count
            && Enumerable.Range(0, 64).All(number => set.Contains(Address.V4((uint)number)) == expected.Contains(number));
    }
}
