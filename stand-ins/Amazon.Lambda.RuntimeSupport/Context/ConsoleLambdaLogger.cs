using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>What a function writes to standard output is its log stream.</summary>
internal sealed class ConsoleLambdaLogger(string requestId) : ILambdaLogger
{
    public void Log(string message) => Console.Write(message);

    public void LogLine(string message) => Log(LogLevel.Information.ToString(), message);

    public void Log(string level, string message) => Console.WriteLine($"{DateTime.UtcNow:O}\t{requestId}\t{level}\t{message}");
}
