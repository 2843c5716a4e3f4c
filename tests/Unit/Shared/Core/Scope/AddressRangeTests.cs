using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class AddressRangeTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("10.0.0.1/32", "10.0.0.1")]
    [InlineData("10.0.0.4-10.0.0.7", "10.0.0.4/30")]
    [InlineData("10.0.0.4-10.0.0.8", "10.0.0.4-10.0.0.8")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::1/128", "::1")]
    public void Addresses_blocks_and_ranges_are_ranges(string text, string normal) => Assert.Equal(normal, AddressRange.Parse(text).ToString());

    [Theory]
    [InlineData("10.0.0.1/24", "'10.0.0.1/24' has bits set behind its prefix; the block begins at 10.0.0.0/24")]
    [InlineData("10.0.0.0/33", "'10.0.0.0/33' needs a prefix length from 0 to 32")]
    [InlineData("10.0.0.0/", "'10.0.0.0/' needs a prefix length from 0 to 32")]
    [InlineData("10.0.0.9-10.0.0.1", "'10.0.0.9-10.0.0.1' does not run upwards within one address family")]
    [InlineData("10.0.0.1-::1", "'10.0.0.1-::1' does not run upwards within one address family")]
    [InlineData("host", "'host' is not an IPv4 or IPv6 address, CIDR block or range")]
    [InlineData("127.1/8", "'127.1/8' does not begin with an IPv4 or IPv6 address")]
    public void Anything_else_is_refused_with_its_reason(string text, string reason)
    {
        Assert.False(AddressRange.TryParse(text, out _, out var problem));
        Assert.Equal(reason, problem);
    }
}
