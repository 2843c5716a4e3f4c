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
        var connection = command.Connection!;
        var statement = await Pipeline.AddAsync(command, read: null, cancellation);
        await Pipeline.FlushAsync(connection, cancellation);
        return (int)statement.Command.RecordsAffected;
    }

    /// <summary>A write whose result nobody waits for.</summary>
    public static Task LaterAsync(this NpgsqlCommand command, CancellationToken cancellation) =>
        Pipeline.AddAsync(command, read: null, cancellation);

    public static async Task<List<T>> QueryAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var connection = command.Connection!;
        var later = await command.QueryLaterAsync(read, cancellation);
        await Pipeline.FlushAsync(connection, cancellation);
        return (List<T>)later.Rows;
    }

    /// <summary>A statement whose rows are needed only after a later one.</summary>
    public static async Task<Later<T>> QueryLaterAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var later = new Later<T>();
        await Pipeline.AddAsync(
            command,
            async (reader, stop) =>
            {
                var rows = later.Fill();
                while (await reader.ReadAsync(stop))
                    rows.Add(read(reader));
            },
            cancellation);
        return later;
    }

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static TEnum Enum<TEnum>(this NpgsqlDataReader reader, int column)
        where TEnum : struct, Enum => System.Enum.Parse<TEnum>(reader.GetString(column));
}
