using System.Text.Json;
using TaskMesh.Cli;
using TaskMesh.Core.Recon;
using TaskMesh.ScanHost;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Scanning;

/// <summary><c>taskmesh scan dns</c> against name servers that do not mean well.</summary>
public class DnsScannerTests
{
    private const int Names = 2000;

    private static readonly string Numbered = string.Join('\n', LabZone.Numbered(Names));

    [LabTheory]
    [InlineData(false, LabNameServer.Honest)]
    [InlineData(true, LabNameServer.Honest)]
    [InlineData(false, LabNameServer.Hostile)]
    [InlineData(false, LabNameServer.Plain)]
    [InlineData(false, LabNameServer.Lossy)]
    [InlineData(true, LabNameServer.Lossy, LabNameServer.Honest, LabNameServer.Dead)]
    [InlineData(false, LabNameServer.Dying, LabNameServer.Honest)]
    [InlineData(false, LabNameServer.Honest, LabNameServer.Lying, LabNameServer.Hostile)]
    [InlineData(false, LabNameServer.Turning, LabNameServer.Honest)]
    public async Task A_scan_finds_the_truth_and_nothing_else(bool isV6, params string[] manners)
    {
        await using var lab = await DnsLab.BuildAsync(manners);
        var resolvers = string.Join(',', Enumerable.Range(1, manners.Length).Select(number => DnsLab.Server(number, isV6)));

        var answer = await lab.ScanAsync(Numbered, resolvers, "-t", "A", "--no-wildcards", "--retries", "4");

        Assert.Equal((0, ""), (answer.Code, answer.Errors));
        Assert.Equal(Truth(LabZone.Numbered(Names), DnsType.A), answer.Findings);
        Assert.Equal(Names, answer.Count("planned"));
        Assert.Equal(Outcomes(LabZone.Numbered(Names)), Outcomes(answer));
    }

    [LabFact]
    public async Task A_killed_scan_goes_on_where_it_was_and_ends_as_if_nothing_had_happened()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);
        using var folder = new TemporaryFolder();
        var position = folder.Of("position");
        string[] options = ["-t", "A", "--no-wildcards", "--resume", position];

        var killed = await lab.KillAsync(
            () => Position(position) >= Names * 4 / 10, Numbered, DnsLab.Server(1), ["--rate", "150", "--seed", "5", .. options]);
        var index = Position(position);
        var rest = await lab.ScanAsync(Numbered, DnsLab.Server(1), options);

        Assert.InRange(index, Names * 4 / 10, Names - 1);
        Assert.Equal((0, ""), (rest.Code, rest.Errors));
        Assert.Equal(
            Truth(LabZone.Numbered(Names), DnsType.A), killed.AllFindings.Concat(rest.Findings).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Outcomes(LabZone.Numbered(Names)), Outcomes(rest));
        Assert.InRange(rest.Lines.Count - 1, 1, Names - index);
        Assert.False(File.Exists(position));
    }

    [LabFact]
    public async Task Every_type_is_read_and_what_is_too_long_is_asked_for_over_TCP()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);
        string[] names = [$"all.{LabZone.Apex}", $"big.{LabZone.Apex}"];

        var answer = await lab.ScanAsync(string.Join(' ', names), DnsLab.Server(1), "-t", string.Join(',', DnsTypes.Names));

        Assert.Equal([.. Enum.GetValues<DnsType>().SelectMany(type => Truth(names, type)).Order(StringComparer.Ordinal)], answer.Findings);
        Assert.Equal(100, answer.Findings.Count(finding => finding.StartsWith("big", StringComparison.Ordinal)));
    }

    [LabFact]
    public async Task A_server_that_accepts_connections_and_says_nothing_does_not_stop_the_scan()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Mute);

        var answer = await lab.ScanAsync($"big.{LabZone.Apex} www.{LabZone.Apex}", DnsLab.Server(1), "-t", "A,TXT");

        Assert.Equal((1, 1), (answer.Count("found"), answer.Count("malformed")));
    }

    [LabFact]
    public async Task Aliases_that_lead_nowhere_end_and_say_so()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);
        var answer = await lab.ScanAsync("loop.example.test longchain.example.test dangling.example.test", DnsLab.Server(1), "-t", "A");

        Assert.Equal(
            [$"dangling.{LabZone.Apex} Dangling", $"longchain.{LabZone.Apex} TooLong", $"loop.{LabZone.Apex} Loop"],
            answer.Lines.SkipLast(1).Select(line => $"{line.GetProperty("name")} {line.GetProperty("end")}").Order());
    }

    [LabFact]
    public async Task Names_that_only_a_wildcard_answers_for_are_told_apart_at_every_level()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);
        const string names = "any.wild.example.test real.wild.example.test some.deep.wild.example.test www.example.test";

        var answer = await lab.ScanAsync(names, DnsLab.Server(1), "-t", "A");

        Assert.Equal(
            [
                "any.wild.example.test wild.example.test", "real.wild.example.test ", "some.deep.wild.example.test deep.wild.example.test",
                "www.example.test ",
            ],
            answer.Lines.SkipLast(1).Select(line => $"{line.GetProperty("name")} {line.GetProperty("wildcard")}").Order());
        Assert.Equal(
            ["deep.wild.example.test 203.0.113.251", "wild.example.test 203.0.113.250"],
            answer.Summary.GetProperty("wildcards").EnumerateArray()
                .Select(proof => $"{proof.GetProperty("below")} {proof.GetProperty("values")[0]}"));
    }

    [LabFact]
    public async Task Words_are_asked_below_every_name_except_where_the_scope_denies_them()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);
        using var folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(folder.Of("words"), ["www", "n2", "n3", "secret", "none"]);

        var answer = await lab.ScanAsync(
            LabZone.Apex, DnsLab.Server(1), "-t", "A", "-w", folder.Of("words"), "--exclude-hosts", $"n3.{LabZone.Apex}");

        Assert.Equal(Truth([LabZone.Apex, $"www.{LabZone.Apex}", $"n2.{LabZone.Apex}"], DnsType.A), answer.Findings);
        Assert.Equal((6, 3, 1, 2), (answer.Count("planned"), answer.Count("found"), answer.Count("noName"), answer.Count("outOfScope")));
    }

    [LabFact]
    public async Task Addresses_are_asked_for_their_names()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);

        var answer = await lab.ScanAsync("203.0.113.0/28", DnsLab.Server(1));

        Assert.Equal([$"7.113.0.203.in-addr.arpa 7.113.0.203.in-addr.arpa PTR www.{LabZone.Apex}"], answer.Findings);
        Assert.Equal((16, 15), (answer.Count("planned"), answer.Count("noName")));
    }

    [LabFact]
    public async Task A_resolver_that_lies_is_not_asked_and_a_silent_one_is_named()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Lying, LabNameServer.Dead);

        var answer = await lab.ScanAsync("none.example.test", $"{DnsLab.Server(1)},{DnsLab.Server(2)}");

        Assert.Equal(ExitCode.Unavailable, answer.Code);
        Assert.Contains("No resolver can be used: 198.18.1.1 is lying (x", answer.Errors);
        Assert.Contains(".invalid A is nothing, and it says 203.0.113.66); 198.18.1.2 is silent.", answer.Errors);
        var coverage = answer.Summary;
        Assert.Equal((2, 2), (coverage.GetProperty("planned").GetInt64(), coverage.GetProperty("notSent").GetInt64()));
    }

    [LabFact]
    public async Task A_scan_whose_only_resolver_dies_fails_and_takes_it_for_no_silence()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Dying);

        var answer = await lab.ScanAsync(Numbered, DnsLab.Server(1), "-t", "A", "--no-wildcards");

        Assert.Equal(ExitCode.Failures, answer.Code);
        Assert.Equal("No resolver can be used any more: 198.18.1.1 is silent.\n", answer.Errors);
        Assert.Equal(0, answer.Count("noAnswer"));
        Assert.InRange(answer.Count("notSent"), Names - 200, Names - 100);
    }

    [LabFact]
    public async Task A_scan_whose_only_resolver_begins_to_lie_fails_and_tells_no_lie()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Turning);

        var answer = await lab.ScanAsync(Numbered, DnsLab.Server(1), "-t", "A", "--no-wildcards");

        Assert.Equal(ExitCode.Failures, answer.Code);
        Assert.StartsWith("No resolver can be used any more: 198.18.1.1 is lying (x", answer.Errors, StringComparison.Ordinal);
        Assert.Empty(answer.Findings.Except(Truth(LabZone.Numbered(Names), DnsType.A)));
    }

    [LabFact]
    public async Task Without_a_scope_that_allows_names_and_resolvers_nothing_is_asked()
    {
        await using var lab = await DnsLab.BuildAsync(LabNameServer.Honest);

        var none = await lab.RunAsync("www.example.test", ["-r", DnsLab.Server(1)]);
        var name = await lab.ScanAsync("www.example.com", DnsLab.Server(1));
        var resolver = await lab.ScanAsync("www.example.test", "192.0.2.53");

        Assert.Equal((ExitCode.Refused, ExitCode.Refused, ExitCode.Refused), (none.Code, name.Code, resolver.Code));
        Assert.StartsWith("No scope is given", none.Errors, StringComparison.Ordinal);
        Assert.Equal("'www.example.com' is outside the scope 'lab'.\n", name.Errors);
        Assert.StartsWith("'192.0.2.53' is outside the scope 'lab'", resolver.Errors, StringComparison.Ordinal);
    }

    private static long Position(string file) =>
        File.Exists(file) ? JsonElement.Parse(File.ReadAllText(file)).GetProperty("checkpoint").GetProperty("index").GetInt64() : 0;

    private static IReadOnlyList<string> Truth(IEnumerable<string> names, DnsType type) =>
    [
        .. names.SelectMany(name => LabZone.Of(name, type).Records.Select(record => $"{name} {record.Owner} {record.Type.Text()} {record.Value}"))
            .Order(StringComparer.Ordinal),
    ];

    private static (int Found, int NoName, int NoData, int ServerFailure, int Refused) Outcomes(IEnumerable<string> names)
    {
        LabAnswer[] truth = [.. names.Select(name => LabZone.Of(name, DnsType.A))];
        return (
            truth.Count(each => each.Records.Count > 0),
            truth.Count(each => each.Code == 3),
            truth.Count(each => each is { Code: 0, Records.Count: 0 }),
            truth.Count(each => each.Code == 2),
            truth.Count(each => each.Code == 5));
    }

    private static (int Found, int NoName, int NoData, int ServerFailure, int Refused) Outcomes(DnsLabAnswer answer) => (
        (int)answer.Count("found"),
        (int)answer.Count("noName"),
        (int)answer.Count("noData"),
        (int)answer.Count("serverFailure"),
        (int)answer.Count("refused"));
}
