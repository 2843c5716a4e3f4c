using Npgsql;

namespace TaskMesh.Postgres.Manager;

/// <summary>The Manager's hot path talks to Npgsql directly: positional, typed parameters, arrays for sets.</summary>
internal static class Statement
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>One value or one array; its type decides PostgreSQL's.</summary>
    public static NpgsqlParameter In<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var batch = Pipeline.After(command);
        await batch.ExecuteNonQueryAsync(cancellation);
        return (int)batch.BatchCommands[^1].RecordsAffected;
    }

    public static async Task<List<T>> QueryAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var batch = Pipeline.After(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(read(reader));
        return rows;
    }

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static TEnum Enum<TEnum>(this NpgsqlDataReader reader, int column)
        where TEnum : struct, Enum => System.Enum.Parse<TEnum>(reader.GetString(column));
}
