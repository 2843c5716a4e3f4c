using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace TaskMesh.Manager;

/// <summary>
/// A line of JSON for each event, with the keys of .NET's JSON console. That one starts a container of services and a thread: a third of a cold
/// start, and what the thread has not written when Lambda freezes the process is late.
/// </summary>
public sealed class JsonLog(string category, Action<string> write, TimeProvider clock) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteNumber("EventId", eventId.Id);
            json.WriteString("LogLevel", logLevel.ToString());
            json.WriteString("Category", category);
            json.WriteString("Message", formatter(state, exception));
            if (exception is not null)
                json.WriteString("Exception", exception.ToString());
            json.WriteStartObject("State");
            foreach (var (name, value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        write(Encoding.UTF8.GetString(line.WrittenSpan));
    }
}
