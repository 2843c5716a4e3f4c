using TaskMesh.Cli.Commands;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Cli.Commands;

public class TargetListTests
{
    private static readonly ScanTarget Old = Target("www.example.com", "192.0.2.1");
    private static readonly ScanTarget New = Target("www.example.com", "2001:db8::1");
    private static readonly ScanTarget Other = Target("other.example.com", "2001:db8::2");
    private static readonly ScanTarget Plain = Target(null, "198.51.100.1");

    private readonly ManualClock _clock = new();
    private readonly List<string> _leftOut = [];

    [Fact]
    public void Of_a_name_in_scope_and_out_of_it_the_one_is_asked_and_the_other_told()
    {
        Assert.Equal([Old, Other, Plain], Within([Old, New, Other, Plain]));
        Assert.StartsWith(
            "www.example.com is not asked at 2001:db8::1: '2001:db8::1' is outside the scope 'ticket 1'", Assert.Single(_leftOut),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_out_of_a_name_that_is_out_of_scope_altogether()
    {
        Assert.Equal([Other, Plain], Within([Other, Plain]));
        Assert.Empty(_leftOut);
    }

    private IReadOnlyList<ScanTarget> Within(ScanTarget[] targets)
    {
        var now = _clock.GetUtcNow();
        var scope = new ScanScope("the owner", "ticket 1", now.AddHours(-1), now.AddHours(1), ["192.0.2.0/24"], null, AllowPrivate: true);
        return TargetList.Within(targets, new([scope]), now, _leftOut.Add);
    }

    private static ScanTarget Target(string? name, string address) => new(AddressRange.Parse(address), name);
}
