using Microsoft.Extensions.Logging;

namespace TaskMesh.LocalCloud;

/// <summary>Does something again and again, first after one interval, and goes on when it fails.</summary>
internal sealed partial class PeriodicLoop(
    string what, TimeSpan interval, Func<CancellationToken, Task> act, TimeProvider clock, ILogger<PeriodicLoop> log)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ticks = new PeriodicTimer(interval, clock);
        while (await ticks.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await act(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogError(what, e);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{What} failed and is tried again next time")]
    private partial void LogError(string what, Exception e);
}
