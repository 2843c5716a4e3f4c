using Dapper;
using Npgsql;

namespace TaskMesh.Postgres.Reading;

/// <summary>What people told the mesh, and what became of it.</summary>
public sealed class AuditReader(NpgsqlDataSource database)
{
    /// <returns>Null while the Manager has not seen the control message; otherwise why it was refused, or an empty text.</returns>
    public async Task<string?> AnswerAsync(Guid control, CancellationToken cancellation)
    {
        const string sql = """
            select coalesce(r.reason, '')
              from task_manager.audit a
              left join task_manager.audit_refusal r on r.id = a.id
             where a.id = @control
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<string>(new CommandDefinition(sql, new { control }, cancellationToken: cancellation));
    }
}
