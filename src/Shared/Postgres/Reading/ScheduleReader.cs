using Dapper;
using Npgsql;
using TaskMesh.Core.Scheduling;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Postgres.Reading;

/// <summary>Schedules as people look at them.</summary>
public sealed class ScheduleReader(NpgsqlDataSource database)
{
    private const string Columns = """
        select s.name, s.body, s.paused, t.organisation, t.due, t.look_at as lookAt, t.failures, t.missed,
               t.last_collection as lastCollection, c.state::text as lastState, c.created_at as lastAt
          from task_manager.schedule s
          left join task_manager.schedule_turn t on t.schedule = s.name
          left join task_manager.collection c on c.id = t.last_collection

        """;

    /// <summary>A row for each organisation; one without for a schedule that has no turns.</summary>
    public async Task<IReadOnlyList<ScheduleView>> ListAsync(string? name, CancellationToken cancellation)
    {
        const string sql = Columns + "where @name::text is null or s.name = @name order by s.name, t.organisation";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, new { name }, cancellationToken: cancellation));
        return [.. rows.Select(row => new ScheduleView(
            ScheduleStore.Read(row.Body), row.Paused, row.Organisation, row.LookAt, row.Failures ?? 0, row.Missed ?? 0, row.LastCollection,
            row.LastState, row.LastAt))];
    }

    /// <summary>What became of its times, the newest first.</summary>
    public async Task<IReadOnlyList<ScheduleRunView>> RunsAsync(string name, int limit, CancellationToken cancellation)
    {
        const string sql = """
            select r.at, r.due, r.organisation, r.outcome, r.collection_id as collectionId, r.reason
              from task_manager.schedule_run r
             where r.schedule = @name
             order by r.at desc
             limit @limit
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ScheduleRunView>(
            new CommandDefinition(sql, new { name, limit }, cancellationToken: cancellation))).AsList();
    }

    private sealed record Row(
        string Name,
        string Body,
        bool Paused,
        string? Organisation,
        DateTime? Due,
        DateTime? LookAt,
        int? Failures,
        long? Missed,
        Guid? LastCollection,
        string? LastState,
        DateTime? LastAt);
}

/// <param name="Next">When it runs next; null while it is paused or waits for changes.</param>
public sealed record ScheduleView(
    Schedule Schedule,
    bool Paused,
    string? Organisation,
    DateTime? Next,
    int Failures,
    long Missed,
    Guid? LastCollection,
    string? LastState,
    DateTime? LastAt);

/// <param name="Due">The time of the rhythm that it is about.</param>
public sealed record ScheduleRunView(DateTime At, DateTime Due, string Organisation, string Outcome, Guid? CollectionId, string? Reason);
