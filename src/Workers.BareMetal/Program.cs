using TaskMesh.Aws;
using TaskMesh.Core.Configuration;
using TaskMesh.Tasks;
using TaskMesh.Workers.BareMetal;
using TaskMesh.Workers.BareMetal.OneShot;

try
{
    var environment = ProcessEnvironment.Read();
    if (OneShotSettings.Read(args, environment) is { } oneShot)
        return await OneShotRun.RunAsync(oneShot, TimeProvider.System);
    var settings = BareMetalWorkerSettings.Read(await Secrets.ResolveAsync(environment, CancellationToken.None));
    await BareMetalWorkerHost.RunAsync(settings, AllTasks.Catalogue);
    return Environment.ExitCode;
}
catch (SettingsException e)
{
    const int configurationError = 78;
    await Console.Error.WriteLineAsync(e.Message);
    return configurationError;
}
