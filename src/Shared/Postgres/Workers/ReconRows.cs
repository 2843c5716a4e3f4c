using System.Buffers;
using System.Data.Common;
using System.Net;
using System.Text.Json;
using Dapper;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Postgres.Workers;

/// <summary>Rows of a model between JSON and the database: an array of values for each column there, an object for each row back.</summary>
internal static class ReconRows
{
    /// <exception cref="ArgumentException">A row does not fit the model.</exception>
    public static void AddTo(DynamicParameters parameters, IReadOnlyList<ReconColumn> columns, ReconModel model, IReadOnlyList<JsonElement> rows)
    {
        foreach (var row in rows)
        {
            if (model.Problem(row) is { } problem)
                throw new ArgumentException(problem, nameof(rows));
        }
        for (var i = 0; i < columns.Count; i++)
            parameters.Add($"p{i}", Array(columns[i], rows));
    }

    public static JsonElement Read(IReadOnlyList<ReconColumn> columns, DbDataReader reader)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < columns.Count; i++)
            {
                if (!reader.IsDBNull(i))
                    Write(writer, columns[i].Name, reader.GetValue(i));
            }
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static object Array(ReconColumn column, IReadOnlyList<JsonElement> rows)
    {
        var values = rows.Select(row => row.TryGetProperty(column.Name, out var value) ? column.Read(value) : null);
        return column.Type switch
        {
            ReconType.Port => values.Select(value => (int?)value).ToArray(),
            ReconType.Flag => values.Select(value => (bool?)value).ToArray(),
            ReconType.Time => values.Select(value => ((DateTimeOffset?)value)?.UtcDateTime).ToArray(),
            ReconType.Address => values.Select(value => ((Address?)value)?.ToString()).ToArray(),
            _ => values.Select(value => (string?)value).ToArray(),
        };
    }

    private static void Write(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case int number:
                writer.WriteNumber(name, number);
                break;
            case bool flag:
                writer.WriteBoolean(name, flag);
                break;
            case DateTime time:
                writer.WriteString(name, time);
                break;
            case IPAddress address:
                writer.WriteString(name, address.ToString());
                break;
            default:
                writer.WriteString(name, (string)value);
                break;
        }
    }
}
