using TaskMesh.Cli.Health;

namespace TaskMesh.Unit.Cli.Health;

public class MachineCheckTests
{
    private const string Able = "Name:\tdotnet\nCapEff:\t0000000000002000\n";
    private const string Unable = "Name:\tdotnet\nCapEff:\t000001ffffffdfff\n";

    [Fact]
    public void With_the_capability_and_the_library_all_is_well() =>
        Assert.All(new MachineCheck(Able, name => name == "libpcap.so", sends: true).Run(), found => Assert.Equal(Verdict.Ok, found.Verdict));

    [Theory]
    [InlineData(Unable, "libpcap.so.0.8", "raw-sockets", "CAP_NET_RAW")]
    [InlineData("", "libpcap.so.0.8", "raw-sockets", "CAP_NET_RAW")]
    [InlineData(Able, "libssl.so", "libpcap", "libpcap.so.0.8 nor libpcap.so")]
    public void What_a_scanner_lacks_fails_and_elsewhere_warns(string status, string library, string check, string evidence)
    {
        foreach (var (sends, verdict) in new[] { (true, Verdict.Fail), (false, Verdict.Warn) })
        {
            var found = Assert.Single(new MachineCheck(status, name => name == library, sends).Run(), found => found.Verdict != Verdict.Ok);

            Assert.Equal((check, verdict), (found.Check, found.Verdict));
            Assert.Contains(evidence, found.Evidence, StringComparison.Ordinal);
            Assert.NotNull(found.Fix);
        }
    }
}
