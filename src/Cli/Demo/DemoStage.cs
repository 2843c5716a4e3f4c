using TaskMesh.Cli.Lab;
using TaskMesh.Cli.Local;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Demo;

/// <summary>What a demo plays on: a lab to scan, a certificate log to ask, and a mesh, all of it gone at the end.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private static readonly TimeSpan WorkerIdleTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(2);

    private readonly Stack<Func<ValueTask>> _endings = [];

    private DemoStage()
    {
    }

    public LocalMesh Mesh { get; private set; } = null!;

    public AddressRange Targets { get; private set; }

    public LabTruth Truth { get; private set; } = null!;

    public PortSet Ports { get; private set; } = null!;

    public CertificateLog Log { get; private set; } = null!;

    public static async Task<DemoStage> BuildAsync(ulong seed, ProgressLine progress, CancellationToken cancellation)
    {
        var stage = new DemoStage();
        try
        {
            await stage.BuildPartsAsync(seed, progress, cancellation);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_endings.TryPop(out var end))
            await end();
    }

    private async Task BuildPartsAsync(ulong seed, ProgressLine progress, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tm-demo-").FullName;
        _endings.Push(() =>
        {
            Directory.Delete(folder, recursive: true);
            return ValueTask.CompletedTask;
        });
        // Hosts run as users of their own, and PostgreSQL does: they must be able to enter.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);

        var scannerNamespace = await BuildLabAsync(seed, progress, cancellation);
        progress.Say($"lab: {Targets}, ports {Ports}, seed {seed}");
        Log = await CertificateLog.StartAsync(cancellation);
        _endings.Push(Log.DisposeAsync);
        Mesh = await LocalMesh.StartAsync(
            new LocalMeshOptions(folder)
            {
                Durable = false,
                ScannerNamespace = scannerNamespace,
                WorkerIdleTimeout = WorkerIdleTimeout,
                TickInterval = TickInterval,
                Providers = new Dictionary<string, Uri> { ["crt.sh"] = Log.Address },
            },
            progress.Say,
            cancellation);
        _endings.Push(Mesh.DisposeAsync);
    }

    /// <returns>The namespace that the scanner must run in, or null for this machine's own.</returns>
    private async Task<string?> BuildLabAsync(ulong seed, ProgressLine progress, CancellationToken cancellation)
    {
        if (NetworkLab.Unavailable is { } problem)
        {
            progress.Say($"{problem}. The demo scans this machine's loopback network instead, where no port is silent.");
            Ports = PortSet.Parse("40001-40100");
            var loopback = new LoopbackLab(LoopbackLab.DefaultTargets, Ports, seed);
            _endings.Push(() =>
            {
                loopback.Dispose();
                return ValueTask.CompletedTask;
            });
            (Targets, Truth) = (loopback.Targets, loopback.Truth);
            return null;
        }
        Ports = PortSet.Parse("1-100");
        var lab = await NetworkLab.BuildAsync(NetworkLab.DefaultTargets, new LabTruth(seed), cancellation);
        _endings.Push(lab.DisposeAsync);
        (Targets, Truth) = (lab.Targets, lab.Truth);
        return lab.ScannerNamespace;
    }
}
