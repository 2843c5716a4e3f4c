using System.Globalization;
using TaskMesh.Cli.Lab;
using TaskMesh.Core.Scope;
using TaskMesh.Integration.Cli;
using TaskMesh.Testing;
using Xunit.Abstractions;

namespace TaskMesh.Integration.Mesh;

/// <summary>What the wire sees of the kill switch.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class KillSwitchTests(LocalMeshFixture mesh, ITestOutputHelper output)
{
    private const int PacketsPerSecond = 100;
    private const string LongScan = """{"targets":["127.0.7.0/24"],"ports":"1-200","rate":100,"retries":0}""";

    /// <summary>Two that it may take, and many for a machine that is busy with other things; the scan lasts 512.</summary>
    private const int MostSeconds = 30;

    private static readonly AddressRange Targets = AddressRange.Parse("127.0.7.0/24");

    [RawSocketFact]
    public async Task A_scan_under_way_sends_nothing_more()
    {
        var wire = new SynCounter("lo", Targets);
        using var end = new CancellationTokenSource();
        var watching = Task.Run(() => wire.Run(end.Token));
        var scan = (await mesh.RunAsync("submit", "tcp-syn", LongScan, "-o", "json")).Good().Json.GetProperty("id").GetGuid();
        await Eventually.TrueAsync(() => wire.Count > 0);

        var before = TimeProvider.System.GetUtcNow();
        (await mesh.RunAsync("kill-switch", "on", "--reason", "a test")).Good();
        var (atSwitch, switched) = (wire.Count, TimeProvider.System.GetUtcNow());
        await mesh.StateAsync(scan, "Pending");
        var afterwards = wire.Count;
        Assert.InRange(afterwards - atSwitch, 0, MostSeconds * PacketsPerSecond);
        (await mesh.RunAsync("cancel", $"{scan}", "--reason", "a test")).Good();
        (await mesh.RunAsync("kill-switch", "off", "--reason", "a test")).Good();
        await mesh.StateAsync(scan, "Cancelled");
        await end.CancelAsync();
        await watching;
        Assert.Equal(afterwards, wire.Count);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"last packet: {(wire.Last - before).TotalSeconds:0.00} s after the command began, {(wire.Last - switched).TotalSeconds:0.00} s after "
            + $"it ended; {afterwards - atSwitch} packets at {PacketsPerSecond}/s after it ended"));
    }

    /// <summary>Counts connection requests that an interface receives.</summary>
    private sealed class SynCounter(string interfaceName, AddressRange targets)
    {
        private readonly PacketRing _ring = new(interfaceName);
        private int _count;
        private long _last;

        public int Count => Volatile.Read(ref _count);

        /// <summary>When the last one came, by the kernel.</summary>
        public DateTimeOffset Last => DateTimeOffset.UnixEpoch.AddMicroseconds(Volatile.Read(ref _last) / 1000.0);

        public void Run(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
                _ring.Read(See);
        }

        private void See(ReadOnlySpan<byte> frame, long nanoseconds)
        {
            if (SynFrame.IsIPv4(frame) && SynFrame.IsSyn(frame) && targets.Contains(Address.V4(SynFrame.Destination(frame))))
            {
                Volatile.Write(ref _last, nanoseconds);
                _count++;
            }
        }
    }
}
