using System.Diagnostics;
using System.Text.Json;
using TaskMesh.LocalCloud;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.Testing;

/// <summary>LocalCloud as a process, with a private store below a folder.</summary>
public sealed class CloudProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private CloudProcess(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    public int Id => _process.Id;

    public static async Task<CloudProcess> StartAsync(TemporaryFolder folder, Func<CloudConfiguration, CloudConfiguration>? change = null)
    {
        var configuration = new CloudConfiguration
        {
            Region = "eu-west-1",
            Store = new StoreConfiguration { Folder = folder.Of("store"), Durable = false },
            LogFolder = folder.Of("logs"),
            Queues = [new("jobs", new Dictionary<string, string> { ["VisibilityTimeout"] = "30" })],
        };
        var file = folder.Of("cloud.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(change?.Invoke(configuration) ?? configuration, ConfigurationReader.Json));
        var process = Start(file);
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
        using var ready = JsonDocument.Parse(line);
        return new CloudProcess(process, new Uri(ready.RootElement.GetProperty("endpoint").GetString()!));
    }

    public static Process Start(string configurationFile) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(LocalCloudHost).Assembly.Location, configurationFile])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    public Task<int> KillAsync()
    {
        _process.Kill();
        return ExitAsync();
    }

    public Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", [$"{Id}"]);
        return ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(ExitLimit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await TerminateAsync();
        _process.Dispose();
    }
}
