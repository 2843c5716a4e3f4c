using System.Globalization;
using Microsoft.Extensions.Logging;

namespace TaskMesh.Cli.Local;

/// <summary>Appends one line per event to a file: the terminal belongs to the command that runs in it.</summary>
public sealed class FileLoggerProvider : ILoggerProvider
{
    private readonly StreamWriter _file;
    private readonly Lock _gate = new();

    public FileLoggerProvider(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_gate)
            _file.WriteLine(line);
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel >= (category.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Information);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            provider.Write(
                $"{time} {logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}".ReplaceLineEndings(" "));
        }
    }
}
