using System.Text.Json;
using Dapper;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Postgres.Workers;

/// <summary>The recon models of the running task's organisation. The database itself writes the change feed.</summary>
public sealed class ReconData(NpgsqlDataSource database, RunTask run, TimeProvider? clock = null) : IReconData
{
    private readonly Fence _fence = new(database, run, clock);

    public Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation)
    {
        var parameters = Parameters();
        ReconRows.AddTo(parameters, [.. model.Columns], model, rows);
        return _fence.WriteAsync(
            connection => connection.QuerySingleAsync<UpsertCount>(
                new CommandDefinition(ReconSql.Upsert(model), parameters, cancellationToken: cancellation)),
            cancellation);
    }

    public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation) =>
        _fence.ReadAsync<IReadOnlyList<JsonElement>>(async connection =>
        {
            var parameters = Parameters();
            parameters.Add("limit", query.Limit);
            parameters.Add("gone", query.Gone);
            var condition = query.Filter is { } filter ? new FilterSql(model, parameters).Condition(filter) : "true";
            ReconColumn[] columns = [.. model.Readable];
            await using var reader = await connection.ExecuteReaderAsync(
                new CommandDefinition(ReconSql.List(model, condition), parameters, cancellationToken: cancellation));
            var rows = new List<JsonElement>();
            while (await reader.ReadAsync(cancellation))
                rows.Add(ReconRows.Read(columns, reader));
            return rows;
        }, cancellation);

    public Task<IReadOnlyList<bool>> AreKnownAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) =>
        _fence.ReadAsync<IReadOnlyList<bool>>(async connection =>
        {
            var parameters = Parameters();
            ReconRows.AddTo(parameters, model.Key, model, rows);
            return (await connection.QueryAsync<bool>(
                new CommandDefinition(ReconSql.Known(model), parameters, cancellationToken: cancellation))).AsList();
        }, cancellation);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Database.ForTaskAsync(async () =>
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return new DateTimeOffset(await connection.ExecuteScalarAsync<DateTime>(
            new CommandDefinition("select task_manager.clock()", cancellationToken: cancellation)));
    });

    public Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation)
    {
        var parameters = Parameters();
        parameters.Add("first", area.Targets.Select(range => range.First.ToString()).ToArray());
        parameters.Add("last", area.Targets.Select(range => range.Last.ToString()).ToArray());
        parameters.Add("ports", area.Ports.Ports.ToArray().Select(port => (int)port).ToArray());
        parameters.Add("transport", area.Transport);
        parameters.Add("since", since.UtcDateTime);
        return _fence.WriteAsync(
            connection => connection.ExecuteAsync(new CommandDefinition(ReconSql.MarkGone, parameters, cancellationToken: cancellation)),
            cancellation);
    }

    private DynamicParameters Parameters() => new(new { organisation = run.Organisation, task = run.Id, attempt = run.Attempt });
}
