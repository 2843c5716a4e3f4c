using System.Globalization;
using System.Net;
using System.Text.Json;
using Dapper;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Postgres.Workers;

/// <summary>
/// The recon models of the running task's organisation. Statements are put together from <see cref="ReconModel"/>, values are parameters.
/// </summary>
public sealed class ReconData(NpgsqlDataSource database, RunTask run) : IReconData
{
    public Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation)
    {
        var key = string.Join(", ", model.Key.Select(column => column.Name));
        var keyAsJson = string.Join(", ", model.Key.Select(column => $"'{column.Name}', {column.Name}"));
        var columns = model.Columns.ToArray();
        var names = string.Join(", ", columns.Select(column => column.Name));
        var sql = $"""
            with seen as (
                select distinct on ({key}) {names}
                  from unnest({string.Join(", ", columns.Select((column, i) => $"@p{i}::{SqlType(column.Type)}[]"))}) as r({names})
                 order by {key}
            ), upserted as (
                insert into recon.{model.Name} as m (organisation, {names}, first_seen, last_seen, source_task)
                select @organisation, {names}, task_manager.clock(), task_manager.clock(), @task from seen
                    on conflict (organisation, {key}) do update set last_seen = excluded.last_seen
             returning {key}, xmax = 0 as inserted
            ), changed as (
                insert into recon.change (organisation, model, key, change, source_task)
                select @organisation, '{model.Name}', json_build_object({keyAsJson})::text, 'new', @task
                  from upserted where inserted
            )
            select count(*) filter (where inserted)::int as inserted, count(*) filter (where not inserted)::int as refreshed from upserted
            """;
        var parameters = new DynamicParameters(new { organisation = run.Organisation, task = run.Id });
        for (var i = 0; i < columns.Length; i++)
            parameters.Add($"p{i}", Column(columns[i], rows));
        return Fence.WriteAsync(
            database,
            run,
            connection => connection.QuerySingleAsync<UpsertCount>(new CommandDefinition(sql, parameters, cancellationToken: cancellation)),
            cancellation);
    }

    public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, int limit, CancellationToken cancellation) =>
        Database.ForTaskAsync<IReadOnlyList<JsonElement>>(async () =>
        {
            var columns = model.Columns.ToArray();
            var sql = $"""
                select {string.Join(", ", columns.Select(column => column.Name))}
                  from recon.{model.Name}
                 where organisation = @organisation
                 order by {string.Join(", ", model.Key.Select(column => column.Name))}
                 limit @limit
                """;
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var reader = await connection.ExecuteReaderAsync(
                new CommandDefinition(sql, new { organisation = run.Organisation, limit }, cancellationToken: cancellation));
            var rows = new List<JsonElement>();
            while (await reader.ReadAsync(cancellation))
                rows.Add(Row(columns, reader));
            return rows;
        });

    private static object Column(ReconColumn column, IReadOnlyList<JsonElement> rows) => column.Type switch
    {
        ReconType.Text => rows.Select(row => row.GetProperty(column.Name).GetString()).ToArray(),
        ReconType.Address => rows.Select(row => Address.Parse(row.GetProperty(column.Name).GetString()!).ToString()).ToArray(),
        ReconType.Port => rows.Select(row => row.GetProperty(column.Name).GetInt32()).ToArray(),
    };

    private static string SqlType(ReconType type) => type switch
    {
        ReconType.Text => "text",
        ReconType.Address => "inet",
        ReconType.Port => "int",
    };

    private static JsonElement Row(ReconColumn[] columns, System.Data.Common.DbDataReader reader)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < columns.Length; i++)
                Write(writer, columns[i].Name, reader.GetValue(i));
            writer.WriteEndObject();
        }
        return Json.ReadElement(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case int number:
                writer.WriteNumber(name, number);
                break;
            case IPAddress address:
                writer.WriteString(name, address.ToString());
                break;
            default:
                writer.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
