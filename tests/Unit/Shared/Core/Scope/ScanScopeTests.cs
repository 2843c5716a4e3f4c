using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class ScanScopeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ScanScope Good = new("the owner", "T-1", Start, Start.AddYears(1), ["192.0.2.0/24", "*.example.com"]);

    [Fact]
    public void A_scope_that_says_who_what_and_until_when_can_be_used() => Assert.Empty(Good.Problems());

    [Fact]
    public void Every_fault_is_told_with_its_field() => Assert.Equal(
        ["authoriser: ", "reference: ", "validUntil: ", "allow: ", "deny: "],
        (Good with { Authoriser = " ", Reference = "", ValidUntil = Start, Allow = ["300.1.1.1"], Deny = ["a b"] }).Problems().Select(
            problem => problem[..(problem.IndexOf(':') + 2)]));
}
