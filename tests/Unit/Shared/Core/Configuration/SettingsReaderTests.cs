using TaskMesh.Core.Configuration;
using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Configuration;

public class SettingsReaderTests
{
    [Fact]
    public void An_address_may_be_given_or_left_out()
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["SOURCE"] = "192.0.2.1" });

        Assert.Equal(Address.Parse("192.0.2.1"), reader.IPv4Address("SOURCE"));
        Assert.Null(reader.IPv4Address("OTHER"));
        reader.ThrowIfWrong();
    }

    [Theory]
    [InlineData("127.1")]
    [InlineData("2001:db8::1")]
    [InlineData("example.com")]
    public void What_is_no_IPv4_address_is_told_with_the_name_of_the_variable(string text)
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["SOURCE"] = text });

        reader.IPv4Address("SOURCE");

        Assert.Equal($"SOURCE='{text}' is not an IPv4 address", Assert.Throws<SettingsException>(reader.ThrowIfWrong).Message);
    }
}
