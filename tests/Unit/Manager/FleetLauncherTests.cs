using TaskMesh.Aws;
using TaskMesh.Core.Fleet;
using TaskMesh.Manager;
using TaskMesh.Unit.Manager.Fleet;

namespace TaskMesh.Unit.Manager;

/// <summary>
/// What each answer of EC2 leads to. The matrix has three types (2, 2 and 1 vCPUs) in two subnets, first on spot, then on demand:
/// cells 0 to 5 and 6 to 11. Every cell but the one in question refuses for want of capacity, so that the calls after it show what it rules out.
/// </summary>
public class FleetLauncherTests
{
    private const string NothingElse = "";

    /// <summary>By code: which cells are asked after the one at 0, 3, 5 and 11.</summary>
    private static readonly (string Code, string[] Then)[] Table =
    [
        ("InsufficientInstanceCapacity", ["1-11", "4-11", "6-11", NothingElse]),
        ("InsufficientHostCapacity", ["1-11", "4-11", "6-11", NothingElse]),
        ("InsufficientCapacityOnHost", ["1-11", "4-11", "6-11", NothingElse]),
        ("UnfulfillableCapacity", ["1-11", "4-11", "6-11", NothingElse]),
        ("ReservationCapacityExceeded", ["1-11", "4-11", "6-11", NothingElse]),
        ("SomethingNew", ["1-11", "4-11", "6-11", NothingElse]),
        // The template's type is t4g.micro; the same type in the same subnet is ruled out on demand too.
        ("Unsupported", ["1-5,7-11", "4-8,10-11", "6-10", NothingElse]),
        ("InsufficientFreeAddressesInSubnet", ["1,3,5,7,9,11", "4,6,8,10", "6,8,10", NothingElse]),
        ("InvalidSubnetID.NotFound", ["1,3,5,7,9,11", "4,6,8,10", "6,8,10", NothingElse]),
        // Of the same market, all with at least as many vCPUs.
        ("VcpuLimitExceeded", ["4-11", "4-11", "6-11", NothingElse]),
        ("InstanceLimitExceeded", ["4-11", "4-11", "6-11", NothingElse]),
        ("MaxSpotInstanceCountExceeded", ["6-11", "6-11", "6-11", NothingElse]),
        ("InternalError", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("Unavailable", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("RequestLimitExceeded", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("Throttling", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("PendingVerification", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("UnauthorizedOperation", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("InvalidLaunchTemplateName.NotFoundException", [NothingElse, NothingElse, NothingElse, NothingElse]),
        ("IdempotentParameterMismatch", [NothingElse, NothingElse, NothingElse, NothingElse]),
    ];

    private static readonly int[] Positions = [0, 3, 5, 11];

    public static TheoryData<string, int, bool, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, bool, string>();
            foreach (var (code, then) in Table)
            {
                foreach (var (position, next) in Positions.Zip(then))
                {
                    cases.Add(code, position, false, next);
                    cases.Add(code, position, true, next);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_code_has_its_consequence_wherever_it_is_met_and_though_its_reply_is_lost(
        string code, int position, bool replyLost, string then)
    {
        var cell = FleetRig.Default.Cells[position];
        var lost = replyLost ? 1 : 0;
        var rig = new FleetRig(request => request.Cell != cell ? No("InsufficientInstanceCapacity") : lost-- > 0 ? Lost() : No(code));

        var again = await rig.EnsureAsync();

        var asked = rig.Cloud.Calls.Select(call => FleetRig.Default.Cells.ToList().IndexOf(call.Cell)).ToArray();
        var twice = replyLost || Ec2Errors.ClassOf(code) == RefusalClass.Ambiguous;
        Assert.Equal([.. Enumerable.Range(0, position), position, .. twice ? [position] : Array.Empty<int>(), .. Cells(then)], asked);
        Assert.Equal(asked.Distinct().Count(), rig.Cloud.Calls.Select(call => call.Token).Distinct().Count());
        Assert.Empty(rig.Cloud.Instances);
        var intent = Assert.Single(rig.Ledger.Intents);
        switch (Ec2Errors.ClassOf(code))
        {
            case RefusalClass.Ambiguous:
                Assert.Equal((null, TimeSpan.FromSeconds(5)), (intent.Outcome, again!.Value));
                break;
            case RefusalClass.TokenReused:
                Assert.Equal((null, null), (intent.Outcome, again));
                break;
            case RefusalClass.SlowDown:
                Assert.Equal((code, "free"), (intent.Outcome, intent.Slot.State));
                Assert.InRange(again!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
                break;
            case RefusalClass.Account or RefusalClass.Permission or RefusalClass.Configuration:
                Assert.Equal((code, "free", null), (intent.Outcome, intent.Slot.State, again));
                Assert.NotNull(rig.Ledger.HeldFor);
                break;
            default:
                Assert.Equal(("every cell refused", "free", null), (intent.Outcome, intent.Slot.State, again));
                Assert.Null(rig.Ledger.HeldFor);
                break;
        }
    }

    [Fact]
    public void The_table_has_twenty_codes_at_four_positions_with_and_without_a_reply() => Assert.Equal(160, Cases.Count);

    [Fact]
    public async Task An_unclear_launch_is_asked_for_with_the_same_token_until_it_is_clear_and_no_other_cell_is()
    {
        var unclear = 4;
        var rig = new FleetRig(_ => unclear-- > 0 ? Lost() : null);

        await rig.EnsureAsync();
        await rig.TickAsync(TimeSpan.FromSeconds(5));
        await rig.TickAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(5, rig.Cloud.Calls.Count);
        Assert.Single(rig.Cloud.Calls.Select(call => call.Token).Distinct());
        Assert.Equal("booting", rig.Ledger.Slots[0].State);
    }

    [Fact]
    public async Task A_launch_whose_reply_was_lost_is_adopted_when_it_is_seen()
    {
        var rig = (FleetRig)null!;
        rig = new FleetRig(request =>
        {
            rig.Cloud.Launch(request);
            return Lost();
        });

        await rig.EnsureAsync();
        await rig.TickAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(("adopted", "booting"), (rig.Ledger.Intents.Single().Outcome, rig.Ledger.Slots[0].State));
        Assert.Equal(2, rig.Cloud.Calls.Count);
    }

    [Fact]
    public async Task Refusing_cells_are_skipped_until_their_time_is_over()
    {
        var rig = new FleetRig(_ => No("InsufficientInstanceCapacity"));
        await rig.EnsureAsync();

        await rig.TickAsync(TimeSpan.FromMinutes(2.9));
        var skipped = rig.Cloud.Calls.Count;
        await rig.TickAsync(TimeSpan.FromMinutes(0.1));

        Assert.Equal((12, 24), (skipped, rig.Cloud.Calls.Count));
        Assert.Equal(24, rig.Cloud.Calls.Select(call => call.Token).Distinct().Count());
    }

    [Fact]
    public async Task After_a_throttled_launch_nobody_asks_until_the_wait_is_over()
    {
        var throttled = 3;
        var rig = new FleetRig(_ => throttled-- > 0 ? No("RequestLimitExceeded") : null);

        for (var launch = 0; launch < 3; launch++)
        {
            var wait = (await rig.EnsureAsync())!.Value;
            await rig.EnsureAsync();
            Assert.Equal(launch + 1, rig.Cloud.Calls.Count);
            Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2 << launch));
            rig.Clock.Advance(wait);
        }
        await rig.EnsureAsync();

        Assert.Equal("booting", rig.Ledger.Slots[0].State);
        Assert.All(rig.Cloud.Calls, call => Assert.Equal(FleetRig.Default.Cells[0], call.Cell));
    }

    [Theory]
    [InlineData("UnauthorizedOperation", true)]
    [InlineData("InvalidAMIID.NotFound", true)]
    [InlineData("PendingVerification", false)]
    public async Task A_stop_holds_for_a_quarter_of_an_hour_or_until_its_cause_is_configured_away(string code, bool ends)
    {
        var rig = new FleetRig(_ => No(code));
        await rig.EnsureAsync();
        await rig.TickAsync(TimeSpan.FromMinutes(14));
        var other = new FleetSettings(
            5, 4, "another", "$Latest", "t4g.micro", FleetRig.Default.Cells, TimeSpan.FromMinutes(5), null, CostGuard.None);

        Assert.Single(rig.Cloud.Calls);
        Assert.Equal(!ends, (await rig.Ledger.DemandAsync(other.Configuration, 9, CancellationToken.None)).IsHeld);
        await rig.TickAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, rig.Cloud.Calls.Count);
    }

    [Fact]
    public async Task A_token_that_was_anothers_gives_its_slot_back_when_no_instance_shows()
    {
        var reused = 1;
        var rig = new FleetRig(_ => reused-- > 0 ? No("IdempotentParameterMismatch") : null);
        await rig.EnsureAsync();

        await rig.TickAsync(TimeSpan.FromSeconds(20));
        Assert.Single(rig.Cloud.Calls);
        await rig.TickAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(["token reused", "launched"], rig.Ledger.Intents.Select(intent => intent.Outcome));
    }

    [Fact]
    public async Task Many_dispatches_of_one_task_launch_once_also_when_many_Managers_see_them()
    {
        var rig = new FleetRig(_ => null);

        for (var tick = 0; tick < 10; tick++)
            await rig.EnsureAsync();

        Assert.Single(rig.Cloud.Instances);
    }

    [Fact]
    public async Task A_minimum_is_launched_without_work_and_within_the_cap()
    {
        var rig = new FleetRig(_ => null, settings => settings with { Minimum = new MinimumFleet(3, null) }, cap: 2);
        rig.Ledger.Work = 0;

        await rig.EnsureAsync();

        Assert.Equal(2, rig.Cloud.Instances.Count);
    }

    [Fact]
    public async Task What_costs_too_much_takes_no_slot_and_leaves_nothing_in_the_ledger()
    {
        var prices = new Dictionary<string, decimal> { [CostGuard.Template] = 0.02m, ["t4g.small"] = 0.02m, ["c7g.medium"] = 0.02m };
        var rig = new FleetRig(_ => null, settings => settings with { Cost = new CostGuard(0.03m, prices) });
        rig.Ledger.Work = 100;

        for (var tick = 0; tick < 10; tick++)
            await rig.TickAsync(TimeSpan.FromMinutes(1));

        Assert.Single(rig.Cloud.Calls);
        Assert.Equal("0.04 USD/h are more than 0.03 USD/h", rig.Ledger.CostRefusal);
        Assert.Equal(1, rig.Ledger.Intents.Sum(intent => intent.Attempts.Count));
        Assert.Equal(5, rig.Ledger.Intents.Count);
    }

    internal static LaunchAnswer No(string code) => Ec2Errors.ClassOf(code) == RefusalClass.Ambiguous
        ? new LaunchAnswer.Unknown(code) : new LaunchAnswer.Refused(code, "why not", "request-1", Ec2Errors.ClassOf(code));

    private static LaunchAnswer.Unknown Lost() => new("the reply was lost");

    private static IEnumerable<int> Cells(string ranges) =>
        from range in ranges.Split(',', StringSplitOptions.RemoveEmptyEntries)
        let ends = range.Split('-').Select(int.Parse).ToArray()
        from cell in Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)
        select cell;
}
