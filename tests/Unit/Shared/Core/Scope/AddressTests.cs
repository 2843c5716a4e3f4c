using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class AddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::FFFF:c000:0201", "192.0.2.1")]
    [InlineData("2001:DB8::0001", "2001:db8::1")]
    public void Spellings_of_an_address_have_one_form(string text, string normal) => Assert.Equal(normal, Address.Parse(text).ToString());

    [Theory]
    [InlineData("0x7f.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.0.0.01")]
    [InlineData("fe80::1%eth0")]
    [InlineData(" 127.0.0.1")]
    [InlineData("")]
    [InlineData(null)]
    public void Disguises_are_no_addresses(string? text) => Assert.False(Address.TryParse(text, out _));
}
