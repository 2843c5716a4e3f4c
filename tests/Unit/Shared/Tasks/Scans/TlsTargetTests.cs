using TaskMesh.Core.Scope;
using TaskMesh.Tasks.Scans;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

public class TlsTargetTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.0/24", null)]
    [InlineData("2001:db8::1", "2001:db8::1", null)]
    [InlineData("WWW.Example.com@192.0.2.7", "192.0.2.7", "www.example.com")]
    [InlineData("a.example@2001:db8::1", "2001:db8::1", "a.example")]
    public void Addresses_may_have_a_name(string text, string range, string? name) =>
        Assert.Equal(new TlsTarget(AddressRange.Parse(range), name), TlsTarget.Parse(text));

    [Theory]
    [InlineData("a b@192.0.2.7", "'a b' is not a host name")]
    [InlineData("a.example@192.0.2.0/24", "'192.0.2.0/24' is not an IPv4 or IPv6 address")]
    [InlineData("a.example@b.example@192.0.2.1", "'a.example@b.example@192.0.2.1'")]
    public void What_is_neither_is_refused(string text, string problem)
    {
        Assert.False(TlsTarget.TryParse(text, out _, out var said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }
}
