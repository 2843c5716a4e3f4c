using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.LocalCloud;

/// <summary>LocalCloud as a process: a configuration in, one line on stdout when everything answers, logs on stderr, SIGTERM ends it.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int WrongConfiguration = 78;

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var file])
        {
            await Console.Error.WriteLineAsync("usage: TaskMesh.LocalCloud <config.json>");
            return WrongUsage;
        }
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var logs = LoggerFactory.Create(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter("Microsoft", LogLevel.Warning));
        try
        {
            var configuration = ConfigurationReader.ReadFile(file);
            await using var host = await LocalCloudHost.StartAsync(configuration, TimeProvider.System, new Random(), logs, CancellationToken.None);
            Announce(host.Endpoint, configuration);
            if (await Task.WhenAny(ending.Task, host.StoreEnded) == ending.Task)
                return 0;
            await Console.Error.WriteLineAsync("The store has ended.");
            return Failed;
        }
        catch (ConfigurationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return WrongConfiguration;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.TrySetResult();
        }
    }

    private static void Announce(Uri endpoint, CloudConfiguration configuration) => Console.WriteLine(JsonSerializer.Serialize(new
    {
        endpoint = endpoint.GetLeftPart(UriPartial.Authority),
        port = endpoint.Port,
        region = configuration.Region,
        accountId = configuration.AccountId,
        processId = Environment.ProcessId,
    }));
}
