using System.Diagnostics;
using Amazon.SQS;
using TaskMesh.Testing;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.Sqs;

/// <summary>fauxqs, an SQS for development written by others, in a Node process of its own. npm installs it below artifacts/ once.</summary>
public sealed class FauxqsServer : ISqsEndpoint, IAsyncLifetime
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly string Sources = Repository.PathOf("tests/Integration/Sqs/fauxqs");
    private static readonly string Folder = Repository.PathOf("artifacts/fauxqs");

    private Process? _server;

    public IAmazonSQS Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (NodeJs.WhyNot(FauxqsTests.NodeVersion) is not null)
            return;
        await InstallAsync();
        _server = Start("node", "serve.mjs");
        var address = await _server.StandardOutput.ReadLineAsync().WaitAsync(StartLimit);
        Client = AwsTestClients.SqsAt(new Uri(address ?? throw new InvalidOperationException("fauxqs did not start")));
    }

    public async Task DisposeAsync()
    {
        if (_server is null)
            return;
        Client.Dispose();
        _server.StandardInput.Close();
        await _server.WaitForExitAsync().WaitAsync(StartLimit);
        _server.Dispose();
    }

    private static async Task InstallAsync()
    {
        var installed = Path.Combine(Folder, "installed.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(Sources, "package-lock.json"));
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == wanted)
            return;
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.GetFiles(Sources))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        using var npm = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var output = await npm.StandardOutput.ReadToEndAsync().WaitAsync(InstallLimit);
        await npm.WaitForExitAsync();
        Assert.True(npm.ExitCode == 0, $"npm ci failed: {output}");
        await File.WriteAllTextAsync(installed, wanted);
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
