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

    [Fact]
    public void A_switch_is_off_unless_it_is_1()
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["ON"] = "1", ["OFF"] = "0", ["ODD"] = "yes" });

        Assert.True(reader.Switch("ON"));
        Assert.False(reader.Switch("OFF"));
        Assert.False(reader.Switch("OTHER"));
        Assert.False(reader.Switch("ODD"));
        Assert.Contains("'yes' is neither 0 nor 1", Assert.Throws<SettingsException>(reader.ThrowIfWrong).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_empty_counts_as_not_given()
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["TEXT"] = "", ["NUMBER"] = "", ["TIME"] = "", ["LIST"] = "" });

        Assert.Null(reader.Optional("TEXT"));
        Assert.Equal(7, reader.Number("NUMBER", 7, 0, 9));
        Assert.Equal(TimeSpan.FromSeconds(3), reader.Duration("TIME", TimeSpan.FromSeconds(3), TimeSpan.Zero, TimeSpan.MaxValue));
        Assert.Equal(["a"], reader.List("LIST", "a"));
        reader.ThrowIfWrong();
    }

    [Theory]
    [InlineData("9", true)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("10", false)]
    [InlineData("+1", false)]
    [InlineData(" 1", false)]
    [InlineData("1.0", false)]
    [InlineData("99999999999", false)]
    public void A_number_has_its_bounds(string text, bool isGood)
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["NUMBER"] = text });

        Assert.Equal(isGood ? int.Parse(text) : 5, reader.Number("NUMBER", fallback: 5, least: 1, most: 9));
        Assert.Equal(
            isGood ? null : $"NUMBER: '{text}' is not a number from 1 to 9", Record.Exception(reader.ThrowIfWrong)?.Message);
    }

    [Fact]
    public void All_faults_are_told_in_one_sentence()
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["TIME"] = "soon" });

        reader.Required("DATABASE");
        reader.Duration("TIME", TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

        Assert.Equal(
            "DATABASE: is not set; TIME: 'soon' is not a duration from 1s to 1h", Assert.Throws<SettingsException>(reader.ThrowIfWrong).Message);
    }
}
