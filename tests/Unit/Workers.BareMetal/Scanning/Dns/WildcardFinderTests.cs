using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.ScanHost;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Dns;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Dns;

public class WildcardFinderTests
{
    private const string Name = "any.wild.example.test";

    private static readonly Address[] Resolvers = [Address.Parse("192.0.2.1"), Address.Parse("192.0.2.2"), Address.Parse("192.0.2.3")];
    private static readonly DnsRecord[] Records =
        [.. LabZone.Of(Name, DnsType.A).Records.Select(record => new DnsRecord(Name, DnsType.A, 60, record.Value))];

    private readonly ManualClock _clock = new();
    private readonly List<Address> _asked = [];
    private readonly HashSet<Address> _silent = [];
    private readonly WildcardFinder _finder;

    public WildcardFinderTests()
    {
        var now = _clock.GetUtcNow();
        var scope = new ScanScope("the owner", "ticket 1", now.AddHours(-1), now.AddHours(1), [$"*.wild.{LabZone.Apex}"], null, AllowPrivate: true);
        _finder = new(Ask, () => Resolvers, new([scope]), seed: 4, _clock);
    }

    [Fact]
    public async Task What_one_resolver_cannot_tell_another_one_is_asked()
    {
        _silent.Add(Resolvers[0]);

        Assert.Equal("wild.example.test", await LevelAsync());
        Assert.Equal(6, _asked.Count);
        Assert.Empty(_finder.Unknown);
    }

    [Fact]
    public async Task Silence_is_no_proof_that_there_is_no_wildcard()
    {
        _silent.UnionWith(Resolvers);

        Assert.Null(await LevelAsync());
        Assert.Equal(["wild.example.test A"], _finder.Unknown);
        _silent.Clear();
        Assert.Equal("wild.example.test", await LevelAsync());
        Assert.Empty(_finder.Unknown);
    }

    [Fact]
    public async Task A_level_of_which_nobody_ever_tells_does_not_hold_up_all_names()
    {
        _silent.UnionWith(Resolvers);
        for (var name = 0; name < 100; name++)
            Assert.Null(await LevelAsync());

        Assert.Equal(9, _asked.Count);
        Assert.Equal(["wild.example.test A"], _finder.Unknown);
    }

    private Task<string?> LevelAsync() => _finder.LevelOfAsync(Name, DnsType.A, Records, Resolvers[0], CancellationToken.None);

    private Task<byte[]?> Ask(Address resolver, byte[] name, DnsType type, CancellationToken cancellation)
    {
        _asked.Add(resolver);
        if (_silent.Contains(resolver))
            return Task.FromResult<byte[]?>(null);
        var query = new byte[DnsQuery.Longest];
        var length = DnsQuery.Write(query, 7, name, type, casing: 0, isExtended: false);
        return Task.FromResult<byte[]?>(LabMessage.Answer(query[..length], LabZone.Of(DnsName.Text(name), type), isTruncated: false));
    }
}
