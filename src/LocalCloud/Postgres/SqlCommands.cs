using Npgsql;

namespace TaskMesh.LocalCloud.Postgres;

internal static class SqlCommands
{
    /// <summary>A statement with its positional parameters ($1, $2 ...).</summary>
    public static NpgsqlCommand Command(this NpgsqlDataSource source, string sql, params ReadOnlySpan<object> values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
