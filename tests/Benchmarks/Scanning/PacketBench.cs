using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>Nanoseconds and bytes for each packet, and the memory of scans of any size.</summary>
internal static class PacketBench
{
    private const int PacketsPerSecond = 1_000_000;

    private static readonly TimeSpan ScanTime = TimeSpan.FromSeconds(2);

    private static readonly (string Targets, string Ports)[] Plans =
        [("10.0.0.0/24", "1-100"), ("0.0.0.0/0", "80"), ("0.0.0.0/0", "1-100"), ("0.0.0.0/0", "1-65535")];

    public static Task RunAsync(int[] size, CancellationToken cancellation)
    {
        // In this process, since a build of its own would need the settings of this repository.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(Repository.PathOf("artifacts/bench-packets"));
        Console.WriteLine("ns each     +/-   bytes   what");
        foreach (var report in BenchmarkRunner.Run<PacketCosts>(config).Reports)
        {
            var time = report.ResultStatistics ?? throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} did not run.");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{time.Mean,7:0.0}{time.StandardError,8:0.0}{report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase),8}   "
                + $"{report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'')}"));
        }
        Console.WriteLine();
        Console.WriteLine("MiB resident at most   MiB managed   packets built   a scan of");
        for (var plan = 0; plan < Plans.Length; plan++)
            Console.Write(Shell.Run("dotnet", typeof(PacketBench).Assembly.Location, "scan-memory", $"{plan}"));
        return Task.CompletedTask;
    }

    /// <summary>One scan of a plan by its number, for some seconds, whose packets go nowhere; in a process of its own.</summary>
    public static async Task RunScanAsync(int[] size, CancellationToken cancellation)
    {
        var (targets, ports) = Plans[size[0]];
        var order = new TargetOrder(new([AddressRange.Parse(targets)]), PortSet.Parse(ports), seed: 5);
        var now = TimeProvider.System.GetUtcNow();
        var scope = new ScanScope("the bench", "no network", now.AddHours(-1), now.AddHours(1), [targets], AllowPrivate: true);
        using var wire = new NoWire();
        var engine = new ScanEngine<PortFinding>(
            wire, new TcpSynProbe(order, new SynProbeSettings(Address.Parse("192.0.2.1"), null, 61_234, Seed: 5)), AddressSet.Empty,
            new ScopeGuard([scope]), new ScanPace(PacketsPerSecond, Retries: 1), TimeProvider.System);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(ScanTime);
        try
        {
            await engine.RunAsync(0, order.Count, null, new NoSink(), time.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It was to end.
        }
        using var self = Process.GetCurrentProcess();
        const double mebi = 1 << 20;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{self.PeakWorkingSet64 / mebi,20:0.0}{GC.GetTotalMemory(forceFullCollection: false) / mebi,14:0.0}{wire.Sent,16}   "
            + $"{targets} x {ports}: {order.Count} questions"));
    }

    private sealed class NoSink : IScanSink<PortFinding>
    {
        public Task FoundAsync(IReadOnlyList<PortFinding> findings, CancellationToken cancellation) => Task.CompletedTask;

        public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation) => Task.CompletedTask;
    }
}
