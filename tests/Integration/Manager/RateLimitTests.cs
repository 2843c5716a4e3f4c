using System.Globalization;
using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Waiting;
using TaskMesh.Postgres.Reading;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>A provider that bears 5 attempts a second and 5 at once.</summary>
[Collection(ProductTests.Name)]
public class RateLimitTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task Tasks_without_a_token_wait_without_a_failure_and_come_when_the_bucket_has_one()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, 25);
        Assert.Equal(5, rig.Runs.Count);
        Assert.Equal(
            ["rate-limit:provider 0 0 20"],
            await rig.Database.RowsAsync("""
                select reason, attempt, failures, count(*) from task_manager.task
                 where state = 'Pending' and not ready and wake_at is not null group by 1, 2, 3
                """));

        var perSecond = new List<int>();
        while (perSecond.Sum() < 20 && perSecond.Count < 10)
        {
            rig.Sent.Clear();
            await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
            await rig.SendAsync(new Tick(Sweep.Waits));
            perSecond.Add(rig.Runs.Count);
        }

        Assert.Equal([5, 5, 5, 5], perSecond);
    }

    [Fact]
    public async Task Four_managers_at_once_take_no_token_twice()
    {
        await using var database = await cluster.CreateAsync();
        var rigs = Enumerable.Range(0, 4).Select(_ => new ManagerRig(database, rateLimits: "provider=5/1s")).ToArray();
        await rigs[0].StartAsync();
        await database.AdvanceAsync(TimeSpan.Zero);

        await Task.WhenAll(rigs.Select(rig => Task.Run(() => SubmitAsync(rig, 10))));

        Assert.Equal(5, rigs.Sum(rig => rig.Runs.Count));
    }

    [Fact]
    public async Task A_wait_that_the_provider_asks_for_holds_for_everybody()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, 2);
        var asked = rig.Runs;
        rig.Sent.Clear();

        await rig.SendAsync(
            ManagerRig.Report(asked[0], new TaskOutcome.Yielded(TimeSpan.FromSeconds(30), Throttled: true)),
            ManagerRig.Report(asked[1], new TaskOutcome.Succeeded()));
        await SubmitAsync(rig, 3);

        Assert.Empty(rig.Runs);
        Assert.Equal(["Pending rate-limit:provider 0 4"], await rig.Database.RowsAsync(
            "select state, reason, failures, count(*) from task_manager.task where state = 'Pending' group by 1, 2, 3"));
        Assert.Equal("30", await SecondsToWakeAsync(rig));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(29));
        await rig.SendAsync(new Tick(Sweep.Waits));
        Assert.Empty(rig.Runs);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(2));
        await rig.SendAsync(new Tick(Sweep.Waits));
        Assert.Equal(4, rig.Runs.Count);
    }

    [Fact]
    public async Task Other_kinds_of_the_pool_do_not_wait_with_them()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, 50);
        rig.Sent.Clear();

        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });

        Assert.Equal("outside", Assert.Single(rig.Runs).Kind);
    }

    [Fact]
    public async Task A_task_that_waits_for_a_token_says_so()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, 6);
        var waiting = await rig.Database.ScalarAsync<Guid>("select id from task_manager.task where state = 'Pending'");

        var why = WaitExplainer.Explain((await new WaitReader(rig.Database.As("tm_reader")).FactsAsync(waiting, default))!);

        Assert.Equal(WaitCause.RateLimit, why.Cause);
        Assert.Contains("'provider'", why.Sentence, StringComparison.Ordinal);
        Assert.NotNull(why.NextTry);
    }

    [Fact]
    public async Task However_many_sweeps_there_are_one_reminder_is_sent_for_the_next_wait()
    {
        await using var rig = await RigAsync();
        await SubmitAsync(rig, 50);
        Assert.Contains(rig.Sent, message => message.Delay > TimeSpan.Zero);
        rig.Sent.Clear();

        for (var i = 0; i < 5; i++)
        {
            await rig.Database.AdvanceAsync(TimeSpan.FromMilliseconds(10));
            await rig.SendAsync(new Tick());
        }

        Assert.DoesNotContain(rig.Sent, message => message.Delay > TimeSpan.Zero);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());
        Assert.Contains(rig.Sent, message => message.Delay > TimeSpan.Zero);
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), rateLimits: "provider=5/1s");
        await rig.StartAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        return rig;
    }

    private static Task<IReadOnlyList<string>> SubmitAsync(ManagerRig rig, int count) =>
        rig.SendAsync([.. Enumerable.Range(0, count).Select(_ => new CreateTask("limited", Empty) { Id = Guid.CreateVersion7() })]);

    private static async Task<string> SecondsToWakeAsync(ManagerRig rig) => (await rig.Database.ScalarAsync<double>(
        "select extract(epoch from min(wake_at) - task_manager.clock())::float8 from task_manager.task where wake_at is not null"))
        .ToString("0", CultureInfo.InvariantCulture);
}
