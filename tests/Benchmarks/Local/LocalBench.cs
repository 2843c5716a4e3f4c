using System.Globalization;
using System.Text.Json;
using TaskMesh.Testing;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Benchmarks.Local;

/// <summary>
/// Messages sent, received and deleted per second, in batches of ten, by one loop and by eight on one queue: LocalCloud, which has each of them on
/// disk before it answers, beside fauxqs, which keeps nothing. Both get the same bytes from the same client.
/// </summary>
internal static class LocalBench
{
    private const int DefaultRounds = 5;
    private const int DefaultSeconds = 10;

    private static readonly int[] Loops = [1, 8];

    public static async Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var rounds = size.ElementAtOrDefault(0) is > 0 and var times ? times : DefaultRounds;
        var time = TimeSpan.FromSeconds(size.ElementAtOrDefault(1) is > 0 and var seconds ? seconds : DefaultSeconds);
        using var folder = new TemporaryFolder();
        await using var cloud = await CloudProcess.StartAsync(
            folder, empty => empty with { Store = empty.Store with { Durable = true }, Queues = [] });
        var fauxqs = new FauxqsServer();
        await fauxqs.InitializeAsync();
        try
        {
            var store = Processes.Below(cloud.Id)[0];
            Side us = new("taskmesh", cloud.Endpoint, () => CpuMeter.SecondsOf(cloud.Id), () => CpuMeter.SecondsOf(store));
            Side them = new("fauxqs", fauxqs.Address, () => CpuMeter.SecondsOf(fauxqs.ProcessId), () => 0);
            foreach (var loops in Loops)
                await RunAsync(loops, [us, them], rounds, time, cancellation);
        }
        finally
        {
            await fauxqs.DisposeAsync();
        }
    }

    private static async Task RunAsync(int loops, Side[] sides, int rounds, TimeSpan time, CancellationToken cancellation)
    {
        var measured = sides.ToDictionary(side => side, _ => new List<Measured>());
        // The first round warms everybody up and counts for nobody.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var side in sides)
            {
                var (own, store) = (side.Cpu(), side.StoreCpu());
                using var client = new QueueClient(side.Address);
                var (messages, took) = await client.CarryAsync($"bench-{loops}-{round}", loops, time, cancellation);
                if (round > 0)
                    measured[side].Add(Measured.Of(messages, took.TotalSeconds, side.Cpu() - own, side.StoreCpu() - store));
            }
        }
        Console.WriteLine($"local-{loops}: {loops} loops, {rounds} rounds of {time.TotalSeconds} s, medians; CPU in us per message");
        Console.WriteLine($"  {"",-12}{"per second",12}{"lowest",10}{"highest",10}{"own CPU",10}{"PostgreSQL",12}");
        foreach (var (side, figures) in measured)
            PrintRow(side.Name, figures);
        var (taskmesh, peer) = (Measured.Median(measured[sides[0]]).PerSecond, Measured.Median(measured[sides[1]]).PerSecond);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = $"local-{loops}",
            taskmesh = Math.Round(taskmesh),
            peer = Math.Round(peer),
            ratio = Math.Round(taskmesh / peer, 2),
        }));
    }

    private static void PrintRow(string name, List<Measured> rounds)
    {
        var median = Measured.Median(rounds);
        var (lowest, highest) = (rounds.Min(round => round.PerSecond), rounds.Max(round => round.PerSecond));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-12}{median.PerSecond,12:0}{lowest,10:0}{highest,10:0}{median.CpuMicros,10:0}{median.ServerCpuMicros,12:0}"));
    }

    /// <param name="Cpu">Processor seconds so far.</param>
    /// <param name="StoreCpu">Those of its database.</param>
    private sealed record Side(string Name, Uri Address, Func<double> Cpu, Func<double> StoreCpu);
}
