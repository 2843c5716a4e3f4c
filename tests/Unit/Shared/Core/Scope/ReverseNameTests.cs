using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class ReverseNameTests
{
    [Theory]
    [InlineData("192.0.2.1", "1.2.0.192.in-addr.arpa")]
    [InlineData("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public void An_address_has_a_name_and_the_name_its_address(string address, string name)
    {
        Assert.Equal(name, ReverseName.Of(Address.Parse(address)));
        Assert.True(ReverseName.TryParse(name, out var parsed));
        Assert.Equal(address, $"{parsed}");
    }

    [Theory]
    [InlineData("2.0.192.in-addr.arpa")]
    [InlineData("01.2.0.192.in-addr.arpa")]
    [InlineData("1.2.0.256.in-addr.arpa")]
    [InlineData("in-addr.arpa")]
    [InlineData("8.b.d.0.1.0.0.2.ip6.arpa")]
    [InlineData("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.x.ip6.arpa")]
    [InlineData("1.2.0.192.example.com")]
    public void Other_names_have_none(string name) => Assert.False(ReverseName.TryParse(name, out _));
}
