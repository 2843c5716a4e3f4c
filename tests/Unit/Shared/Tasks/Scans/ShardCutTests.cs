using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;
using TaskMesh.Tasks;
using TaskMesh.Tasks.Scans;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

/// <summary>What is left of a shard, shared among four.</summary>
public class ShardCutTests
{
    private const ulong Questions = 1_000_000_000;
    private static readonly string[] Others = ["3000-4999", "5000-6999", "7000-8999"];

    public static TheoryData<string, string, string> Kinds { get; } = new()
    {
        { "tcp-syn", """{"targets":[],"ports":"1-99","targetsIn":"scan","seed":7,"shard":"1/4"}""", """{"since":"2026-01-01T00:00:00Z","scan":#}""" },
        { "tls-scan", """{"targets":[],"ports":"443","targetsIn":"scan 1","seed":7,"shard":"1/4"}""", """{"scan":#,"certificates":12}""" },
        { "dns-scan", """{"names":[],"resolvers":["192.0.2.53"],"types":["A"],"namesIn":"scan 1","seed":7,"shard":"1/4"}""", "#" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_parts_are_what_was_left_and_never_meet(string kind, string input, string position) =>
        Prop.ForAll(ArbMap.Default.ArbFor<uint>(), ArbMap.Default.ArbFor<uint>(), (one, other) =>
        {
            var (index, end) = (Math.Min(one, other) % Questions, Math.Max(one, other) % Questions);
            if (index > end)
                (index, end) = (end, index);
            var cut = Cut(kind, input, position, index, end);
            if (end - index < ShardCut.Parts * ShardCut.SmallestPart)
                return cut is null;
            var own = Scan(cut!.Checkpoint);
            var others = cut.Inputs.Select(part => ScanShard.Parse(part.GetProperty("shard").GetString()!).Of(Questions));
            return own with { End = end } == Position(index, end)
                && cut.Inputs.Count == ShardCut.Parts - 1
                && others.Prepend((index, own.End!.Value)).SequenceEqual(ScanShard.Cut(index, end, ShardCut.Parts));
        }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_but_the_places_changes_and_the_parts_are_as_good_as_any_task(string kind, string input, string position)
    {
        var cut = Cut(kind, input, position, 1_000, 9_000)!;

        Assert.Equal(position.Replace("#", Json(Position(1_000, 3_000)), StringComparison.Ordinal), cut.Checkpoint.GetRawText());
        Assert.Equal(
            Others.Select(places => input.Replace("1/4", places, StringComparison.Ordinal)),
            cut.Inputs.Select(part => part.GetRawText()));
        Assert.All(cut.Inputs, part => Assert.Empty(AllTasks.Catalogue.Find(kind)!.Check(part).Problems));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_order_that_follows_from_the_tasks_id_is_not_shared(string kind, string input, string position)
    {
        Assert.NotNull(Cut(kind, input, position, 1_000, 9_000));
        Assert.Null(Cut(kind, input.Replace("\"seed\":7,", "", StringComparison.Ordinal), position, 1_000, 9_000));
        Assert.Null(Cut(kind, input.Replace("\"seed\":7", "\"seed\":null", StringComparison.Ordinal), position, 1_000, 9_000));
    }

    /// <summary>Who looks at the whole marks what is gone; parts of it would not, and nobody adds them up.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_whole_is_not_shared(string kind, string input, string position)
    {
        Assert.Null(Cut(kind, input.Replace("1/4", "1/1", StringComparison.Ordinal), position, 1_000, 9_000));
        Assert.Null(Cut(kind, input.Replace(",\"shard\":\"1/4\"", "", StringComparison.Ordinal), position, 1_000, 9_000));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("17")]
    [InlineData("""{"scan":[]}""")]
    [InlineData("""{"scan":{"index":1,"end":null}}""")]
    [InlineData("""{"scan":{"index":-1,"end":9000}}""")]
    [InlineData("""{"scan":{"index":"1","end":9000}}""")]
    [InlineData("""{"scan":{"index":9000,"end":1}}""")]
    public void A_position_that_cannot_be_read_is_not_shared(string checkpoint) =>
        Assert.Null(ShardCut.Of(JsonElement.Parse("""{"seed":7,"shard":"1/4"}"""), JsonElement.Parse(checkpoint)));

    private static TaskCut? Cut(string kind, string input, string position, ulong index, ulong end) => AllTasks.Catalogue.Find(kind)!.Cut!(
        JsonElement.Parse(input), JsonElement.Parse(position.Replace("#", Json(Position(index, end)), StringComparison.Ordinal)));

    private static ScanCheckpoint Position(ulong index, ulong end) => new(index, 1, 2, 3, 4, 5, 6, 7) { AllPortsOpen = NoHosts, End = end };

    private static IReadOnlyList<string> NoHosts { get; } = [];

    private static ScanCheckpoint Scan(JsonElement position) => (position.TryGetProperty("scan", out var scan) ? scan : position).Deserialize(
        DnsScanJson.Default.ScanCheckpoint)! with
    { AllPortsOpen = NoHosts };

    private static string Json(ScanCheckpoint checkpoint) => JsonSerializer.Serialize(checkpoint, DnsScanJson.Default.ScanCheckpoint);
}
