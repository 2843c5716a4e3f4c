using System.Text.Json;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Unit.Shared.Core.Planning;

public class ForesightTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ScanScope Scope = new(
        "head of security", "ticket 17", Now.AddDays(-1), Now.AddDays(1), ["198.18.0.0/15"], ["198.18.0.4"], AllowPrivate: true);

    private static readonly Dictionary<string, string> None = [];

    private static readonly MeshRules Rules = new(
        [
            new Pool("dmz", WorkerClass.BareMetal, 2, new Dictionary<string, string> { ["net"] = "dmz" }, []),
            new Pool("external", WorkerClass.External, 100, None, []),
            new Pool("internal", WorkerClass.Internal, 100, None, []),
            new Pool("bare-metal", WorkerClass.BareMetal, 1, None, []),
        ],
        "bare-metal",
        5,
        4,
        "configuration",
        "t4g.micro",
        null,
        [new(new(null, null), 3.6m)]);

    private static readonly MeshFacts Mesh = new(Rules, new FleetDemand(0, 0, 5), [], [], 0, 2, 1000, null, new Dictionary<string, int>());

    [Fact]
    public void A_generator_of_known_targets_is_told_by_its_shards_and_these_by_their_launches()
    {
        var outlook = Foresee(Cut("cut", 8));

        var cut = Assert.Single(outlook.Tasks);
        Assert.Equal(("internal", "tcp-syn", 4, "bare-metal"), (cut.Pool, cut.Forecast!.ChildKind, cut.Forecast.Children, cut.ChildPool));
        Assert.Equal((4, 1), (outlook.RawTasks, outlook.Launches.Count));
        Assert.Empty(outlook.Unknown);
    }

    public static TheoryData<CollectionNode, int> Shapes => new()
    {
        { new SequentialNode([Scan("a"), Scan("b")]), 1 },
        { new ParallelNode([Scan("a"), Scan("b"), Scan("c")]), 3 },
        { new ParallelNode([Scan("a"), Scan("b"), Scan("c")], MaxConcurrency: 2), 2 },
        { new ParallelNode([new ParallelNode([Scan("a"), Scan("b")]), Scan("c"), Insert("d")], MaxConcurrency: 2), 3 },
        { new SequentialNode([Scan("a"), Cut("cut", 4), Scan("b")]), 8 },
        { new SequentialNode([Cut("cut", 4, "into"), new ParallelNode([], "into", MaxConcurrency: 3)]), 3 },
        { new SequentialNode([Cut("cut", 4, "into"), new SequentialNode([], "into")]), 1 },
        { new SequentialNode([Cut("cut", 4, "into"), new ParallelNode([Scan("a"), Insert("b")], "into")]), 9 },
        { new ParallelNode([Insert("a"), Insert("b")]), 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes), DisableDiscoveryEnumeration = true)]
    public void Work_counts_where_it_is_most_at_once(CollectionNode root, int raw) => Assert.Equal(raw, Foresee(root).RawTasks);

    [Fact]
    public void Of_two_branches_the_greater_counts()
    {
        var (value, when) = (JsonElement.Parse("{}"), JsonElement.Parse("""{"field":"a","operator":"equals","value":1}"""));

        Assert.Equal(2, Foresee(new ConditionalNode("if", value, when, Scan("a"), new ParallelNode([Scan("b"), Scan("c")]))).RawTasks);
    }

    [Fact]
    public void What_an_earlier_task_returns_is_said_to_be_unknown()
    {
        var list = new TaskNode("list", "list-models", JsonElement.Parse("""{"model":"endpoint","limit":1}"""));
        var cut = new TaskNode("cut", "tcp-syn-generator", JsonElement.Parse("""{"targets":{"$from":"list","path":"/rows"},"ports":"80"}"""));

        var outlook = Foresee(new SequentialNode([list, cut]));

        Assert.Equal("cut: how many tasks it makes is not known before 'list' has ended", Assert.Single(outlook.Unknown));
        Assert.Null(outlook.Time.Most);
    }

    [Fact]
    public void Time_is_what_the_packets_take_at_the_slowest_of_all_rates()
    {
        // 16 addresses by 2 ports; each question takes one packet, or two.
        Assert.Equal(new(3.2, 6.4), Foresee(Scan("a", rate: 10)).Time);
        Assert.Equal(new(32, 64), Foresee(Scan("a", rate: 10), Mesh with { NetworkRate = 1 }).Time);
        Assert.Equal(new(6.4, 12.8), Foresee(Scan("a", rate: 10), Mesh with { OrganisationRate = 5 }).Time);
        Assert.Equal(new(16, 32), Foresee(Scan("a", rate: 10), Mesh with { PoolRates = new Dictionary<string, int> { ["bare-metal"] = 2 } }).Time);
        Assert.Equal(new(6.4, 12.8), Foresee(new SequentialNode([Scan("a", 10), Scan("b", 10)])).Time);
        Assert.Equal(new(3.2, 6.4), Foresee(new ParallelNode([Scan("a", 10), Scan("b", 10)])).Time);
    }

    [Fact]
    public void Cost_is_time_on_workers_at_the_price_shared_by_what_runs_at_once()
    {
        Assert.Equal(new(0.0016m, 0.0032m), Foresee(Scan("a", rate: 10)).Cost);
        Assert.Equal(new(0.0032m, 0.0064m), Foresee(Scan("a", rate: 10), Mesh with { Parallelism = 1 }).Cost);
        Assert.Null(Foresee(Scan("a"), Mesh with { Rules = Rules with { Cells = [new(new(null, null), null)] } }).Cost);
    }

    [Fact]
    public void Addresses_that_a_deny_rule_leaves_out_are_named()
    {
        var scan = Assert.Single(Foresee(Scan("a")).Tasks);

        Assert.Equal((16, "198.18.0.4"), ((int)scan.Addresses.AddressCount, $"{scan.LeftOut}"));
    }

    [Fact]
    public void Labels_choose_the_pool_and_nobody_is_launched_for_another()
    {
        var scan = Scan("a") with { Labels = new Dictionary<string, string> { ["net"] = "dmz" } };

        var outlook = Foresee(scan);

        Assert.Equal(("dmz", 0), (outlook.Tasks[0].Pool, outlook.Launches.Count));
        Assert.Null(Foresee(scan with { Labels = new Dictionary<string, string> { ["net"] = "moon" } }).Tasks[0].Pool);
    }

    private static Outlook Foresee(CollectionNode root, MeshFacts? mesh = null)
    {
        var message = new CreateCollection(root) { Id = Guid.CreateVersion7() };
        var (plan, refusal) = new CollectionPlanner(AllTasks.Catalogue, Rules.Pools).Plan(message, Scope, Now);
        Assert.True(plan is not null, $"{refusal}");
        return Foresight.Of(plan, AllTasks.Catalogue, mesh ?? Mesh);
    }

    private static TaskNode Scan(string name, int rate = 1000) => new(
        name, "tcp-syn", JsonElement.Parse($$"""{"targets":["198.18.0.0/28"],"ports":"80,443","rate":{{rate}}}"""));

    private static TaskNode Cut(string name, int shardSize, string? into = null) => new(
        name,
        "tcp-syn-generator",
        JsonElement.Parse($$"""
            {"targets":["198.18.0.0/28"],"ports":"80,443","shardSize":{{shardSize}}{{(into is null ? "" : $",\"into\":\"{into}\"")}}}
            """));

    private static TaskNode Insert(string name) => new(name, "insert-data", JsonElement.Parse("""{"key":"k","value":1}"""));
}
