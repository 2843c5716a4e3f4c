using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Start;

/// <summary>
/// From the start of a process to its first question for an event, and to its first answer: each function beside an empty program that is built and
/// started in the same way. Everybody takes turns, so that what else the machine does is spread over all of them.
/// </summary>
internal static class StartBench
{
    private const int DefaultRounds = 11;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly (string Name, string Assembly, string Queue)[] Functions =
    [
        ("manager", "TaskMesh.Manager", "manager"),
        ("external", "TaskMesh.Workers.External", "external"),
        ("internal", "TaskMesh.Workers.Internal", "internal"),
    ];

    public static async Task RunAsync(int[] sizes, CancellationToken cancellation)
    {
        var rounds = sizes.ElementAtOrDefault(0) is var given and > 0 ? given : DefaultRounds;
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        var database = await cluster.CreateAsync(product: true, cancellation);
        var programs = Functions.SelectMany(function => (string[])[function.Name, $"{function.Name}-jit"]).Concat(["empty", "empty-jit"]).ToArray();
        var starts = programs.ToDictionary(program => program, _ => new List<Started>());
        // The first round warms the page cache and counts for nobody.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var program in programs)
            {
                var started = await StartAsync(program, role => cluster.ConnectionString(database, role), cancellation);
                if (round > 0)
                    starts[program].Add(started);
            }
        }
        foreach (var (name, _, _) in Functions)
        {
            Print($"start-{name}", name, start => start.Asked, starts);
            Print($"start-{name}-response", name, start => start.Answered, starts);
        }
    }

    private static void Print(string bench, string name, Func<Started, double> figure, Dictionary<string, List<Started>> starts)
    {
        var (function, peer) = (Median(starts[name], figure), Median(starts["empty"], figure));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench,
            unit = "ms",
            taskmesh = Math.Round(function, 1),
            peer = Math.Round(peer, 1),
            ratio = Math.Round(peer / function, 3),
            jit = Math.Round(Median(starts[$"{name}-jit"], figure), 1),
            peer_jit = Math.Round(Median(starts["empty-jit"], figure), 1),
            memory_mib = Math.Round(Median(starts[name], start => start.MemoryMiB), 1),
            peer_memory_mib = Math.Round(Median(starts["empty"], start => start.MemoryMiB), 1),
            zip_mib = Math.Round(new FileInfo(Repository.PathOf($"artifacts/publish/{name}.zip")).Length / 1048576.0, 2),
        }));
    }

    private static async Task<Started> StartAsync(string program, Func<string, string> connection, CancellationToken cancellation)
    {
        var name = program.Split('-')[0];
        var function = Functions.FirstOrDefault(function => function.Name == name);
        var assembly = function.Assembly ?? "Empty";
        using var api = new RuntimeApiStub(Event(function.Queue ?? "none"));
        var start = new ProcessStartInfo("dotnet", [Repository.PathOf($"artifacts/publish/unpacked/{program}/{assembly}.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in Environment(api, connection(name == "internal" ? "tm_internal" : "tm_manager")))
            start.Environment[variable] = value;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        try
        {
            var asked = await api.Asked.WaitAsync(Limit, cancellation);
            var answered = await api.Answered.WaitAsync(Limit, cancellation);
            return new(
                Stopwatch.GetElapsedTime(began, asked).TotalMilliseconds,
                Stopwatch.GetElapsedTime(began, answered).TotalMilliseconds,
                Peak(process.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>One record with a body that is no message: it is read, found wrong and dealt with, and nothing has to be there for it.</summary>
    private static string Event(string queue) => JsonSerializer.Serialize(new
    {
        Records = new[]
        {
            new
            {
                messageId = "059f36b4-87a3-44ab-83d2-661975830a7d",
                receiptHandle = "handle",
                body = "no message",
                attributes = new Dictionary<string, string> { ["ApproximateReceiveCount"] = "1", ["SentTimestamp"] = "1545082649183" },
                eventSource = "aws:sqs",
                eventSourceARN = $"arn:aws:sqs:eu-west-1:000000000000:{queue}",
                awsRegion = "eu-west-1",
            },
        },
    });

    private static Dictionary<string, string> Environment(RuntimeApiStub api, string database) => new()
    {
        ["AWS_LAMBDA_RUNTIME_API"] = api.Address,
        ["AWS_LAMBDA_FUNCTION_NAME"] = "start",
        ["AWS_ENDPOINT_URL"] = $"http://{api.Address}",
        ["AWS_REGION"] = "eu-west-1",
        ["AWS_ACCESS_KEY_ID"] = "any",
        ["AWS_SECRET_ACCESS_KEY"] = "any",
        ["TASKMESH_DATABASE"] = database,
        ["TASKMESH_MANAGER_QUEUE_URL"] = $"http://{api.Address}/000000000000/manager",
        ["TASKMESH_EXTERNAL_QUEUE_URL"] = $"http://{api.Address}/000000000000/external",
        ["TASKMESH_INTERNAL_QUEUE_URL"] = $"http://{api.Address}/000000000000/internal",
        ["TASKMESH_BARE_METAL_QUEUE_URL"] = $"http://{api.Address}/000000000000/bare-metal",
    };

    private static double Peak(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private static double Median(List<Started> rounds, Func<Started, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);

    /// <param name="Asked">Milliseconds to the first question for an event.</param>
    /// <param name="Answered">Milliseconds to the first answer.</param>
    private sealed record Started(double Asked, double Answered, double MemoryMiB);
}
