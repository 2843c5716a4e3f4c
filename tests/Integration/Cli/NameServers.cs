using System.Diagnostics;
using TaskMesh.ScanHost;

namespace TaskMesh.Integration.Cli;

/// <summary>A name server of the lab's zone on an address of the loopback network, in a process of its own.</summary>
internal sealed class NameServers : IAsyncDisposable
{
    private readonly Process _process;

    private NameServers(Process process) => _process = process;

    public static async Task<NameServers> StartAsync(string address)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(LabZone).Assembly.Location, "name-servers", $"{address}={LabNameServer.Honest}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var servers = new NameServers(Process.Start(start)!);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        if (await servers._process.StandardOutput.ReadLineAsync(limit.Token) == "ready")
            return servers;
        await servers.DisposeAsync();
        throw new IOException("The name server did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
