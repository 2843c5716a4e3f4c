using TaskMesh.Benchmarks.Local;
using TaskMesh.Benchmarks.Orchestration;
using TaskMesh.Benchmarks.Scanning;
using TaskMesh.Benchmarks.Start;

// One bench by its name; numbers after it change its size: `TaskMesh.Benchmarks tasks 50000 5`.
Func<int[], CancellationToken, Task>? bench = args.FirstOrDefault() switch
{
    "tasks" => TasksBench.RunAsync,
    "profile" => TasksBench.ProfileAsync,
    "completion" => CompletionBench.RunAsync,
    "fanout" => FanOutBench.RunAsync,
    "latency" => LatencyBench.RunAsync,
    "rates" => RatesBench.RunAsync,
    "decisions" => DecisionBench.RunAsync,
    "start" => StartBench.RunAsync,
    "packets" => PacketBench.RunAsync,
    "scan-memory" => PacketBench.RunScanAsync,
    "syn" => SynBench.RunAsync,
    "loss" => LossBench.RunAsync,
    "truth" => TruthBench.RunAsync,
    "resume" => ResumeBench.RunAsync,
    "tls" => TlsBench.RunAsync,
    "local" => LocalBench.RunAsync,
    "grab" => SslStreamGrab.RunAsync,
    _ => null,
};
if (bench is null)
{
    Console.Error.WriteLine(
        "benches: tasks [JOBS] [ROUNDS], profile [BATCH] [JOBS] [GENERATED], completion [SIZE...], fanout [CHILDREN], latency [BACKLOG], "
        + "decisions [BACKLOG...], rates [TASKS], start [ROUNDS], packets, syn [ROUNDS] [CASE], loss, truth [ROUNDS], resume, tls [ROUNDS], "
        + "local [ROUNDS] [SECONDS]");
    return 64;
}
await bench([.. args[1..].Select(int.Parse)], CancellationToken.None);
return Environment.ExitCode;
