using System.Buffers.Binary;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Scans;

/// <summary>What all scans by raw packets have in common.</summary>
internal static class RawScan
{
    private const int HighestRate = 10_000_000;
    private const int MostRetries = 10;

    public static void Check(int rate, int retries, string shard, string? wire, InputCheck check)
    {
        check.Require(rate is > 0 and <= HighestRate, "rate", $"{rate} is not from 1 to {HighestRate} packets per second");
        check.Require(retries is >= 0 and <= MostRetries, "retries", $"{retries} is not from 0 to {MostRetries}");
        check.Require(ScanShard.TryParse(shard, out _), "shard", $"'{shard}' {ScanShard.Rule}");
        check.Require(wire is null or "pcap" or "packet" or "xdp", "wire", $"'{wire}' is none of pcap, packet and xdp");
    }

    /// <returns>Null when the worker is told to stop: the scan goes on elsewhere.</returns>
    public static async Task<ScanCoverage?> UntilStoppedAsync(TaskContext context, Func<CancellationToken, Task<ScanCoverage>> scan)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation, context.Stopping);
        try
        {
            return await scan(either.Token);
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested && !context.Cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>A later attempt at the same task probes in the same order, and so do the shards that a generator makes.</summary>
    public static ulong SeedOf(Guid task)
    {
        Span<byte> bytes = stackalloc byte[16];
        task.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }
}
