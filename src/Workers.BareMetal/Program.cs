using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TaskMesh.Core.Configuration;
using TaskMesh.Workers.BareMetal;
using TaskMesh.Workers.BareMetal.OneShot;

try
{
    var environment = ProcessEnvironment.Read();
    if (OneShotSettings.Read(args, environment) is { } oneShot)
        return await OneShotRun.RunAsync(oneShot, TimeProvider.System);
    var settings = BareMetalWorkerSettings.Read(environment);
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    builder.Logging.AddJsonConsole(console =>
    {
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    });
    builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
    // Longer than the tasks' grace time, shorter than systemd's TimeoutStopSec.
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = BareMetalWorkerSettings.ShutdownLimit);
    builder.Services.AddSingleton(settings);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddHostedService<BareMetalWorkerHost>();
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
catch (SettingsException e)
{
    const int configurationError = 78;
    await Console.Error.WriteLineAsync(e.Message);
    return configurationError;
}
