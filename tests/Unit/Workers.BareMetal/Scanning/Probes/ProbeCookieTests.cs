using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class ProbeCookieTests
{
    private static readonly ProbeTarget Target = new(Address.Parse("192.0.2.1"), 443);

    [Fact]
    public void The_same_flow_has_the_same_cookie() => Assert.Equal(new ProbeCookie(7).Of(Target, 61000), new ProbeCookie(7).Of(Target, 61000));

    [Fact]
    public void Every_part_of_the_flow_and_the_seed_change_the_cookie()
    {
        var cookies = new[]
        {
            new ProbeCookie(7).Of(Target, 61000),
            new ProbeCookie(8).Of(Target, 61000),
            new ProbeCookie(7).Of(Target, 61001),
            new ProbeCookie(7).Of(Target with { Port = 80 }, 61000),
            new ProbeCookie(7).Of(Target with { Address = Address.Parse("192.0.2.2") }, 61000),
            new ProbeCookie(7).Of(Target with { Address = Address.Parse("2001:db8::c000:201") }, 61000),
            new ProbeCookie(7).Of(Target with { Address = Address.Parse("2001:db9::c000:201") }, 61000),
        };

        Assert.Equal(cookies.Length, cookies.Distinct().Count());
    }
}
