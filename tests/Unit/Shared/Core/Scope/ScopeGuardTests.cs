using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class ScopeGuardTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_a_scope_nothing_may_be_scanned() =>
        Assert.Equal(
            "no scope is set, so nothing may be scanned; `taskmesh scope set` sets one",
            new ScopeGuard([]).Refusal(AddressRange.Parse("8.8.8.8"), Now));

    [Theory]
    [InlineData("93.184.216.0/24", null)]
    [InlineData("93.184.216.7", null)]
    [InlineData("93.184.216.8", "'93.184.216.8' is denied by the scope 'T-1'")]
    [InlineData("93.184.0.0/16", "'93.184.0.0/16' is outside the scope 'T-1'")]
    [InlineData("169.254.169.254", "'169.254.169.254' is outside the scope 'T-1' (special-purpose addresses are never scanned)")]
    [InlineData("10.0.0.1", "'10.0.0.1' is outside the scope 'T-1' (private addresses need allowPrivate)")]
    [InlineData("::ffff:10.0.0.1", "'10.0.0.1' is outside the scope 'T-1' (private addresses need allowPrivate)")]
    [InlineData("64:ff9b::5db8:d807", "'64:ff9b::5db8:d807' is outside the scope 'T-1' (special-purpose addresses are never scanned)")]
    public void Only_what_is_allowed_and_not_denied_may_be_scanned(string target, string? refusal) =>
        Assert.Equal(refusal, new ScopeGuard([Scope(["93.184.216.0/24", "10.0.0.0/8", "0.0.0.0/4"], ["93.184.216.8"])]).Refusal(
            AddressRange.Parse(target), Now));

    [Fact]
    public void Private_addresses_need_no_switch_that_is_on() => Assert.Equal(
        "'10.0.0.1' is outside the scope 'T-1'",
        new ScopeGuard([Scope(["93.184.216.0/24"]) with { AllowPrivate = true }]).Refusal(AddressRange.Parse("10.0.0.1"), Now));

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("www.example.com", true)]
    [InlineData("example.org", false)]
    [InlineData("some.example.net", false)]
    [InlineData("example.net", false)]
    [InlineData("other.example.net", true)]
    [InlineData("a.secret.example.net", false)]
    [InlineData("example", false)]
    public void What_is_below_a_name_may_be_reached_where_all_of_it_may(string name, bool allows)
    {
        var guard = new ScopeGuard([Scope(["*.example.com", "example.org", "*.example.net"], ["one.some.example.net", "*.secret.example.net"])]);

        Assert.Equal(allows, guard.AllowsBelow(name));
    }

    [Fact]
    public void A_deny_rule_cuts_a_hole_into_a_range()
    {
        var guard = new ScopeGuard([Scope(["93.184.216.0/24"], ["93.184.216.8"])]);

        Assert.Equal("93.184.216.0/29, 93.184.216.9-93.184.216.255", guard.Allowed.ToString());
    }

    [Fact]
    public void A_collection_narrows_its_organisations_scope_and_never_widens_it()
    {
        var guard = new ScopeGuard([Scope(["93.184.216.0/24"]), Scope(["93.184.216.0/25", "8.8.8.8"])]);

        Assert.Equal("93.184.216.0/25", guard.Allowed.ToString());
    }

    [Theory]
    [InlineData("2025-12-31", "the scope 'T-1' is not valid before 2026-01-01 00:00:00Z")]
    [InlineData("2026-01-01", null)]
    [InlineData("2027-01-01", "the scope 'T-1' expired at 2027-01-01 00:00:00Z")]
    public void A_scope_holds_for_its_time(string now, string? refusal) => Assert.Equal(
        refusal, new ScopeGuard([Scope(["93.184.216.0/24"])]).Closed(DateTimeOffset.Parse($"{now}T00:00:00Z")));

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("WWW.Example.com.", true)]
    [InlineData("a.b.example.com", true)]
    [InlineData("notexample.com", false)]
    [InlineData("secret.example.com", false)]
    [InlineData("one.example.org", false)]
    [InlineData("example.org", true)]
    public void Names_are_allowed_with_or_without_all_below_them(string name, bool allowed) => Assert.Equal(
        allowed, new ScopeGuard([Scope(["*.example.com", "example.org"], ["secret.example.com"])]).Refusal(name, Now) is null);

    [Fact]
    public void Private_addresses_are_reached_only_where_the_scope_says_so()
    {
        var guard = new ScopeGuard([Scope(["10.0.0.0/8", "169.254.0.0/16", "127.0.0.0/8"]) with { AllowPrivate = true }]);

        Assert.Equal("10.0.0.0/8, 127.0.0.0/8", guard.Allowed.ToString());
    }

    private static ScanScope Scope(string[] allow, params string[] deny) =>
        new("the owner", "T-1", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), allow, deny);
}
