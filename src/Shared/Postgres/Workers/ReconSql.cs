using TaskMesh.Core.Recon;

namespace TaskMesh.Postgres.Workers;

/// <summary>Statements over the tables of recon models, put together from the models and from nothing else.</summary>
internal static class ReconSql
{
    /// <summary>
    /// Rows are locked in the order of their key, so that two workers with the same hosts wait for each other and never in a circle. Of two rows
    /// with one key the later one counts. What is known and not said again stays.
    /// </summary>
    public static string Upsert(ReconModel model)
    {
        var columns = model.Columns.ToArray();
        var names = Names(columns);
        var key = KeyOf(model, "");
        var differs = string.Concat(model.Values.Select(
            column => $" or coalesce(r.{column.Column}, m.{column.Column}) is distinct from m.{column.Column}"));
        var differsNow = string.Concat(model.Values.Select(
            column => $" or coalesce(excluded.{column.Column}, m.{column.Column}) is distinct from m.{column.Column}"));
        var described = string.Concat(model.Values.Select(
            column => $",\n       {column.Column} = coalesce(excluded.{column.Column}, m.{column.Column})"));
        return $"""
            with seen as materialized (
                select distinct on ({key}) {names}
                  from {Rows(columns)}
                 order by {key}, place desc
            ), known as (
                select count(*) filter (where m.gone_at is not null{differs}) as changed
                  from seen r
                  join recon.{model.Table} m on m.organisation = @organisation and {KeysMatch(model)}
            ), upserted as (
                insert into recon.{model.Table} as m (organisation, {names}, first_seen, last_seen, source_task, source_attempt)
                select @organisation, {Names(columns, "r.")}, k.now, k.now, @task, @attempt
                  from seen r, (select task_manager.clock() as now) k
                 order by {KeyOf(model, "r.")}
                    on conflict (organisation, {key}) do update
                   set last_seen = greatest(m.last_seen, excluded.last_seen),
                       gone_at = null,
                       source_task = case when m.gone_at is not null{differsNow} then excluded.source_task else m.source_task end,
                       source_attempt = case when m.gone_at is not null{differsNow} then excluded.source_attempt else m.source_attempt end{described}
             returning xmax = 0 as inserted
            )
            select count(*) filter (where inserted)::int as inserted,
                   (select changed from known)::int as changed,
                   (count(*) filter (where not inserted) - (select changed from known))::int as refreshed
              from upserted
            """;
    }

    public static string List(ReconModel model, string condition) => $"""
        select {Names(model.Readable)}
          from recon.{model.Table} m
         where organisation = @organisation and (@gone or gone_at is null) and {condition}
         order by {KeyOf(model, "m.")}
         limit @limit
        """;

    public static string Known(ReconModel model) => $"""
        select m.organisation is not null
          from {Rows(model.Key)}
          left join recon.{model.Table} m on m.organisation = @organisation and {KeysMatch(model)} and m.gone_at is null
         order by r.place
        """;

    /// <summary>In the order of their key too, so that it waits for upserts and never in a circle.</summary>
    public const string MarkGone = """
        with gone as (
            select e.organisation, e.address, e.port, e.transport
              from unnest(@first::inet[], @last::inet[]) as area(first, last)
              join recon.endpoint e on e.organisation = @organisation and e.address between area.first and area.last
             where e.port = any(@ports) and e.transport = @transport and e.gone_at is null and e.last_seen < @since
             order by e.address, e.port, e.transport
               for update of e
        )
        update recon.endpoint e
           set gone_at = task_manager.clock(), source_task = @task, source_attempt = @attempt
          from gone
         where (e.organisation, e.address, e.port, e.transport) = (gone.organisation, gone.address, gone.port, gone.transport)
        """;

    public static string Type(ReconType type) => type switch
    {
        ReconType.Address => "inet",
        ReconType.Port => "int",
        ReconType.Flag => "boolean",
        ReconType.Time => "timestamptz",
        _ => "text",
    };

    private static string Rows(IReadOnlyList<ReconColumn> columns) =>
        $"unnest({string.Join(", ", columns.Select((column, i) => $"@p{i}::{Type(column.Type)}[]"))}) "
        + $"with ordinality as r({Names(columns)}, place)";

    private static string Names(IEnumerable<ReconColumn> columns, string table = "") =>
        string.Join(", ", columns.Select(column => table + column.Column));

    private static string KeyOf(ReconModel model, string table) => string.Join(", ", model.Key.Select(column => Indexed(column, table)));

    private static string KeysMatch(ReconModel model) =>
        string.Join(" and ", model.Key.Select(column => $"{Indexed(column, "m.")} = {Indexed(column, "r.")}"));

    private static string Indexed(ReconColumn column, string table) =>
        column.Type == ReconType.LongText ? $"recon.digest({table}{column.Column})" : table + column.Column;
}
