using System.Diagnostics;
using Amazon.S3;
using Amazon.SQS;
using TaskMesh.Testing.ObjectStore;

namespace TaskMesh.Testing.Sqs;

/// <summary>
/// fauxqs, an SQS and S3 for development written by others, in a Node process of its own. It keeps everything in memory. npm installs it below
/// artifacts/ once.
/// </summary>
public sealed class FauxqsServer : ISqsEndpoint, IObjectEndpoint, IAsyncLifetime
{
    public const int NodeVersion = 20;

    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly string Sources = Repository.PathOf("tests/Testing/Sqs/fauxqs");
    private static readonly string Folder = Repository.PathOf("artifacts/fauxqs");

    private Process? _server;

    private IAmazonSQS? _queues;
    private IAmazonS3? _objects;

    public string Bucket => "data";

    IAmazonSQS ISqsEndpoint.Client => _queues!;

    IAmazonS3 IObjectEndpoint.Client => _objects!;

    public Uri Address { get; private set; } = null!;

    public int ProcessId => _server!.Id;

    public async Task InitializeAsync()
    {
        if (NodeJs.WhyNot(NodeVersion) is not null)
            return;
        await InstallAsync();
        _server = Start("node", "serve.mjs");
        var address = await _server.StandardOutput.ReadLineAsync().WaitAsync(StartLimit);
        Address = new Uri(address ?? throw new InvalidOperationException("fauxqs did not start"));
        _queues = AwsTestClients.SqsAt(Address);
        _objects = AwsTestClients.S3At(Address);
        await _objects.PutBucketAsync(Bucket);
    }

    public async Task DisposeAsync()
    {
        if (_server is null)
            return;
        _queues!.Dispose();
        _objects!.Dispose();
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
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci failed: {output}");
        await File.WriteAllTextAsync(installed, wanted);
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
