using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Integration.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public class ReconDataTests(ProductCluster cluster)
{
    private const string Feed = "select change, model, key, before, after from recon.change order by id";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task The_same_rows_twice_change_nothing_but_when_they_were_seen()
    {
        await using var rig = await RigAsync();
        JsonElement[] rows =
        [
            Endpoint("10.1.2.3", 443, "https"),
            JsonElement.Parse("""{"address":"::ffff:10.1.2.3","port":443,"transport":"tcp"}"""),
            Endpoint("10.1.2.3", 80),
        ];

        var first = await (await ReconAsync(rig)).UpsertAsync(ReconModel.Endpoint, rows, default);
        var before = await SnapshotAsync(rig);
        await rig.Database.AdvanceAsync(Day);
        var second = await (await ReconAsync(rig)).UpsertAsync(ReconModel.Endpoint, rows, default);

        Assert.Equal((new UpsertCount(2, 0, 0), new UpsertCount(0, 0, 2)), (first, second));
        Assert.Equal(before, await SnapshotAsync(rig));
        Assert.Equal(["True"], await rig.Database.RowsAsync("select bool_and(last_seen >= first_seen + interval '1 day') from recon.endpoint"));
        Assert.Equal(["new 2"], await rig.Database.RowsAsync("select change, count(*) from recon.change group by change"));
    }

    [Fact]
    public async Task The_feed_has_one_row_for_each_change()
    {
        await using var rig = await RigAsync();
        var area = new ObservedArea(new AddressSet([AddressRange.Parse("10.0.0.0/24")]), PortSet.Parse("1-100"), "tcp");
        var recon = await ReconAsync(rig);
        await recon.UpsertAsync(
            ReconModel.Endpoint,
            [Endpoint("10.0.0.1", 22), Endpoint("10.0.0.1", 80), Endpoint("10.0.0.1", 443), Endpoint("10.0.1.1", 80)],
            default);
        await rig.Database.ExecuteAsync("truncate recon.change");
        await rig.Database.AdvanceAsync(Day);

        recon = await ReconAsync(rig);
        var since = await recon.NowAsync(default);
        await recon.UpsertAsync(ReconModel.Endpoint, [Endpoint("10.0.0.1", 22)], default);
        var gone = await recon.MarkGoneAsync(area, since, default);
        var goneAgain = await recon.MarkGoneAsync(area, since, default);
        var back = await recon.UpsertAsync(ReconModel.Endpoint, [Endpoint("10.0.0.1", 80, "http"), Endpoint("10.0.0.1", 22, "ssh")], default);

        Assert.Equal((1, 0, new UpsertCount(0, 2, 0)), (gone, goneAgain, back));
        const string port22 = """{ "address" : "10.0.0.1", "port" : 22, "transport" : "tcp" }""";
        const string port80 = """{ "address" : "10.0.0.1", "port" : 80, "transport" : "tcp" }""";
        Assert.Equal(
            [
                $"gone endpoint {port80} - -",
                $$"""changed endpoint {{port22}} {"service": null} {"service": "ssh"}""",
                $$"""back endpoint {{port80}} {"service": null} {"service": "http"}""",
            ],
            await rig.Database.RowsAsync(Feed));
    }

    [Fact]
    public async Task What_is_gone_is_listed_only_on_demand_and_counts_as_new()
    {
        await using var rig = await RigAsync();
        var recon = await ReconAsync(rig);
        JsonElement[] rows = [Endpoint("10.0.0.1", 22), Endpoint("10.0.0.1", 80)];
        await recon.UpsertAsync(ReconModel.Endpoint, rows, default);
        await rig.Database.ExecuteAsync("update recon.endpoint set gone_at = now() where port = 80");

        Assert.Single(await recon.ListAsync(ReconModel.Endpoint, new ReconQuery(10), default));
        Assert.Equal(2, (await recon.ListAsync(ReconModel.Endpoint, new ReconQuery(10, Gone: true), default)).Count);
        Assert.Equal([true, false, false], await recon.AreKnownAsync(ReconModel.Endpoint, [.. rows, Endpoint("10.0.0.9", 80)], default));
    }

    [Fact]
    public async Task Rows_of_every_model_come_back_as_they_were_written()
    {
        await using var rig = await RigAsync();
        var recon = await ReconAsync(rig);
        var digest = new string('a', 64);
        var samples = new Dictionary<ReconModel, string>
        {
            [ReconModel.Domain] = """{"name":"www.example.com"}""",
            [ReconModel.DnsRecord] = $$"""{"name":"example.com","type":"TXT","value":"{{new string('x', 50_000)}}"}""",
            [ReconModel.Host] = """{"address":"2001:db8::1","name":"h","tarpit":true}""",
            [ReconModel.Endpoint] = """{"address":"192.0.2.1","port":0,"transport":"udp","service":"dns"}""",
            [ReconModel.Certificate] = $$"""{"sha256":"{{digest}}","subject":"CN=x","names":"a b","begins":"2026-01-02T03:04:05Z"}""",
            [ReconModel.TlsObservation] = $$"""{"address":"192.0.2.1","port":443,"name":"","certificate":"{{digest}}","version":"TLS 1.3"}""",
        };

        foreach (var model in ReconModel.All)
        {
            var sample = JsonElement.Parse(samples[model]);
            await recon.UpsertAsync(model, [sample, sample], default);
            var listed = Assert.Single(await recon.ListAsync(model, new ReconQuery(10), default));
            Assert.Equal(new UpsertCount(0, 0, 1), await recon.UpsertAsync(model, [listed], default));
            foreach (var field in sample.EnumerateObject())
                Assert.Equal($"{field.Value}", $"{listed.GetProperty(field.Name)}");
        }
    }

    [Fact]
    public async Task Two_workers_with_the_same_hosts_make_one_row_each_and_never_lock_each_other_out()
    {
        await using var rig = await RigAsync();
        var workers = new List<ReconData>();
        for (var i = 0; i < 6; i++)
            workers.Add(await ReconAsync(rig));
        var rows = Enumerable.Range(0, 2_000).Select(i => Host($"10.0.{i / 250}.{i % 250}")).ToArray();

        var counts = await Task.WhenAll(workers.Select((recon, i) => Task.Run(async () =>
        {
            var mine = rows.ToArray();
            new Random(i).Shuffle(mine);
            return await recon.UpsertAsync(ReconModel.Host, mine, default);
        })));

        Assert.Equal(rows.Length, counts.Sum(count => count.Inserted));
        Assert.Equal([$"{rows.Length}"], await rig.Database.RowsAsync("select count(*) from recon.host"));
        Assert.Equal([$"new {rows.Length}"], await rig.Database.RowsAsync("select change, count(*) from recon.change group by change"));
    }

    [Fact]
    public async Task Models_and_tables_have_the_same_columns()
    {
        await using var database = await cluster.CreateAsync();
        string[] own = ["organisation", "gone_at", "source_task", "source_attempt"];

        var tables = await database.RowsAsync("""
            select table_name, string_agg(column_name, ' ' order by column_name) from information_schema.columns
             where table_schema = 'recon' and table_name <> 'change' group by table_name order by table_name
            """);

        Assert.Equal(
            ReconModel.All.OrderBy(model => model.Table, StringComparer.Ordinal).Select(model =>
                $"{model.Table} {string.Join(' ', model.Readable.Select(column => column.Column).Concat(own).Order(StringComparer.Ordinal))}"),
            tables);
    }

    private static JsonElement Host(string address) => JsonElement.Parse($$"""{"address":"{{address}}"}""");

    private static JsonElement Endpoint(string address, int port, string? service = null) => JsonElement.Parse(
        $$"""{"address":"{{address}}","port":{{port}},"transport":"tcp"{{(service is null ? "" : $",\"service\":\"{service}\"")}}}""");

    private static Task<IReadOnlyList<string>> SnapshotAsync(ManagerRig rig) => rig.Database.RowsAsync(
        "select address, port, transport, service, first_seen, gone_at, source_task, source_attempt from recon.endpoint order by port");

    private static async Task<ReconData> ReconAsync(ManagerRig rig)
    {
        var run = new CreateTask("inside", JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() };
        await rig.SendAsync(run);
        var dispatched = rig.Runs.Single(other => other.Id == run.Id);
        var source = rig.Database.As("tm_internal");
        await new TaskLeases(source, "worker").ClaimAsync([dispatched], default);
        return new ReconData(source, dispatched);
    }

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
