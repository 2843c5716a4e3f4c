using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.ObjectStore;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.ObjectStore;

public class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 0)]
    [InlineData("bytes=2-5", 2, 5)]
    [InlineData("bytes=2-", 2, 9)]
    [InlineData("bytes=2-99", 2, 9)]
    [InlineData("bytes=-3", 7, 9)]
    [InlineData("bytes=-99", 0, 9)]
    public void Ranges_of_ten_bytes(string header, long first, long last) => Assert.Equal(new ByteRange(first, last), ByteRange.Parse(header, 10));

    [Theory]
    [InlineData(null)]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("bytes=a-b")]
    [InlineData("lines=0-1")]
    [InlineData("bytes=99999999999999999999-")]
    public void What_is_no_single_range_is_passed_over(string? header) => Assert.Null(ByteRange.Parse(header, 10));

    [Theory]
    [InlineData("bytes=10-", 10)]
    [InlineData("bytes=-0", 10)]
    [InlineData("bytes=0-", 0)]
    public void A_range_behind_the_end_cannot_be_served(string header, long size) =>
        Assert.Equal("InvalidRange", Assert.Throws<AwsException>(() => ByteRange.Parse(header, size)).Code);

    [Fact]
    public void Any_range_lies_within_the_content() => Check.QuickThrowOnFailure(Prop.ForAll<ulong, ulong, uint>((from, to, size) =>
        from >= size || ByteRange.Parse($"bytes={from}-{to}", size) is not { } range || (range.First >= 0 && range.Length > 0 && range.Last < size)));
}
