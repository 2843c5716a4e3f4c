using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class ScopeRuleTests
{
    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "www.example.com", false)]
    [InlineData("*.example.com", "example.com", true)]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "badexample.com", false)]
    [InlineData("*.Example.COM.", "www.example.com", true)]
    [InlineData("192.0.2.0/24", "example.com", false)]
    public void A_name_rule_means_the_name_and_with_a_star_all_below_it(string rule, string name, bool matches)
    {
        Assert.True(ScopeRule.TryParse(rule, out var parsed, out _));
        Assert.Equal(matches, parsed.Matches(name));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.4-192.0.2.7", "192.0.2.4/30")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    public void An_address_rule_is_a_range(string rule, string range)
    {
        Assert.True(ScopeRule.TryParse(rule, out var parsed, out _));
        Assert.Equal(AddressRange.Parse(range), parsed.Range);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("**.example.com")]
    [InlineData("www.*.example.com")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.9-192.0.2.1")]
    [InlineData("https://example.com")]
    [InlineData("example.com:443")]
    public void What_could_be_taken_for_a_rule_and_is_none_is_refused_with_a_reason(string rule)
    {
        Assert.False(ScopeRule.TryParse(rule, out _, out var problem));
        Assert.False(string.IsNullOrWhiteSpace(problem));
    }
}
