using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

/// <summary>What a filter means in memory and what it means in PostgreSQL is the same, whatever stands in it.</summary>
[Collection(ProductTests.Name)]
public class FilterSqlTests(ProductCluster cluster)
{
    private const int Filters = 400;

    private static readonly string[] Texts =
    [
        "", "a", "A", "%", "_", "\\", "'", "''; drop table recon.canary; --", "$1", "@f0", "é", "😀", "\uff61", "a b", "x", "www.example.com", "{}",
        "\n",
    ];

    private static readonly string[] Addresses = ["10.0.0.1", "10.0.0.200", "192.0.2.7", "255.255.255.255", "::1", "2001:db8::1", "ffff::"];

    private static readonly string[] Times =
        ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0000019Z", "2026-06-01T12:00:00+02:00", "9999-12-31T00:00:00Z"];

    [Fact]
    public async Task Memory_and_sql_agree()
    {
        await using var database = await cluster.CreateAsync();
        var recon = new ReconData(database.As("postgres"), new(
            Guid.Empty, 1, Guid.Empty, "", default, Guid.Empty, "default", default, []));
        await FillAsync(database);
        var all = new Dictionary<ReconModel, IReadOnlyList<JsonElement>>();
        foreach (var model in ReconModel.All)
            all[model] = await recon.ListAsync(model, new ReconQuery(1_000, Gone: true), default);

        var tried = 0;
        foreach (var (model, filter) in Cases().Sample(Filters))
        {
            var (bound, problem) = filter.For(model);
            if (bound is null)
            {
                Assert.NotNull(problem);
                continue;
            }
            tried++;
            var found = await recon.ListAsync(model, new ReconQuery(1_000, bound, Gone: true), default);
            Assert.Equal(all[model].Where(bound.Matches).Select(row => row.GetRawText()), found.Select(row => row.GetRawText()));
        }
        Assert.InRange(tried, Filters / 4, Filters);
        Assert.Equal(["1"], await database.RowsAsync("select count(*) from recon.canary"));
    }

    [Fact]
    public void Every_value_is_a_parameter()
    {
        var parameters = new Dapper.DynamicParameters();
        var sql = new FilterSql(ReconModel.Domain, parameters);
        var hostile = new FilterValue.Text("'; drop table recon.canary; --");

        var text = sql.Condition(new Filter.Or(
        [
            new Filter.Compare("name", FilterOperator.Equals, hostile),
            new Filter.Not(new Filter.Compare("name", FilterOperator.In, new FilterValue.Many([hostile, hostile]))),
        ]));

        Assert.Equal(
            """(coalesce(m.name collate "C" = @f0::text, false) or not coalesce(m.name collate "C" = any(@f1::text[]), false))""", text);
        Assert.Equal(2, sql.Parameters);
    }

    private static Task FillAsync(ProductDatabase database) => database.ExecuteAsync($"""
        create table recon.canary as select 1 as alive;
        set session_replication_role = replica;
        insert into recon.domain (organisation, name, first_seen, last_seen, source_task)
        select 'default', t.x || i, '2026-01-01'::timestamptz, '2026-06-01 10:00+00'::timestamptz, gen_random_uuid()
          from unnest({Sql(Texts)}) as t(x), generate_series(1, 2) i;
        insert into recon.dns_record (organisation, name, type, value, first_seen, last_seen, source_task)
        select 'default', 'www.example.com', 'TXT', t.x, now(), now(), gen_random_uuid() from unnest({Sql(Texts)}) as t(x);
        insert into recon.host (organisation, address, name, tarpit, first_seen, last_seen, source_task)
        select 'default', a.x::inet, nullif(({Sql(Texts)})[a.place], ''), case a.place % 3 when 0 then null when 1 then true else false end,
               '2026-01-01 00:00:00.000001+00', now(), gen_random_uuid()
          from unnest({Sql(Addresses)}) with ordinality as a(x, place);
        insert into recon.endpoint (organisation, address, port, transport, service, first_seen, last_seen, source_task)
        select 'default', a.x::inet, p, 'tcp', nullif(({Sql(Texts)})[p % 7 + 1], ''), '2026-01-01', '9999-12-31', gen_random_uuid()
          from unnest({Sql(Addresses)}) as a(x), unnest(array[0, 22, 80, 443, 65535]) p;
        insert into recon.certificate (organisation, sha256, subject, names, begins, expires, first_seen, last_seen, source_task)
        select 'default', encode(sha256(convert_to(t.x, 'UTF8')), 'hex'), t.x, null, '2026-01-01', '2026-06-01 10:00+00', now(), now(),
               gen_random_uuid()
          from unnest({Sql(Texts)}) as t(x);
        """);

    private static string Sql(string[] values) => $"array[{string.Join(", ", values.Select(value => $"'{value.Replace("'", "''")}'"))}]";

    private static Gen<(ReconModel, Filter)> Cases() =>
        from model in Gen.Elements(ReconModel.All.AsEnumerable())
        from filter in Any(model, 3)
        select (model, filter);

    private static Gen<Filter> Any(ReconModel model, int depth)
    {
        var leaf = Leaf(model);
        if (depth == 0)
            return leaf;
        var parts = Any(model, depth - 1).ArrayOf(2);
        return Gen.OneOf(
            leaf,
            parts.Select(Filter (both) => new Filter.And(both)),
            parts.Select(Filter (both) => new Filter.Or(both)),
            Any(model, depth - 1).Select(Filter (part) => new Filter.Not(part)));
    }

    /// <summary>Mostly of the column's type, so that most of them can be asked.</summary>
    private static Gen<Filter> Leaf(ReconModel model) =>
        from column in Gen.Elements(model.Readable)
        from op in Gen.Elements(Enum.GetValues<FilterOperator>())
        from value in Gen.Frequency((9, Value(column.Type)), (1, Value(ReconType.Text)))
        from more in Value(column.Type).ArrayOf(3)
        from block in Gen.Elements("10.0.0.0/24", "0.0.0.0/0", "::/0", "10.0.0.1-10.0.0.1", "255.0.0.0/8")
        select (Filter)new Filter.Compare(column.Name, op, op switch
        {
            FilterOperator.Exists => null,
            FilterOperator.In => new FilterValue.Many([value, .. more]),
            FilterOperator.Within => new FilterValue.Block(AddressRange.Parse(block)),
            FilterOperator.Contains or FilterOperator.StartsWith or FilterOperator.EndsWith => value as FilterValue.Text ?? new FilterValue.Text("a"),
            _ => value,
        });

    private static Gen<FilterValue> Value(ReconType type) => type switch
    {
        ReconType.Address => Text(Addresses),
        ReconType.Time => Text(Times),
        ReconType.Port => Gen.Elements(0m, 22m, 22.5m, 80.0m, -1m, 65535m, 7922816251426433759354395033m)
            .Select(FilterValue (number) => new FilterValue.Number(number)),
        ReconType.Flag => Gen.Elements(true, false).Select(FilterValue (flag) => new FilterValue.Flag(flag)),
        _ => Text(Texts),
    };

    private static Gen<FilterValue> Text(string[] texts) => Gen.Elements(texts).Select(FilterValue (text) => new FilterValue.Text(text));
}
