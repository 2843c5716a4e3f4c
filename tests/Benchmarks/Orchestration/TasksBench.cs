using System.Globalization;
using System.Text.Json;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>Tasks carried through their whole lives per second, side by side with other task queues on the same PostgreSQL.</summary>
internal static class TasksBench
{
    private const int DefaultJobs = 50_000;
    private const int DefaultRounds = 5;
    private const int WarmUp = 2_000;

    private static readonly Case[] Cases =
    [
        new("tasks-batch10", new MeshShape(10, 4, 2, 2_000, 2_000), [new("pg-boss", 10, 4, 1_000), new("graphile-worker", 10, 10, 1_000)]),
        new("tasks-batch100", new MeshShape(100, 3, 2, 4_000, 4_000), [new("pg-boss", 100, 4, 2_000)]),
        new("tasks-batch500", new MeshShape(500, 3, 2, 10_000, 10_000), [new("graphile-worker-best", 500, 4, int.MaxValue)]),
    ];

    public static async Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var jobs = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : DefaultJobs;
        var rounds = size.ElementAtOrDefault(1) is > 0 and var times ? times : DefaultRounds;
        await Peer.InstallAsync(cancellation);
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        foreach (var each in Cases)
            await RunAsync(each, cluster, jobs, rounds, cancellation);
    }

    /// <summary>What PostgreSQL did for one case, statement by statement.</summary>
    public static async Task ProfileAsync(int[] size, CancellationToken cancellation)
    {
        var batch = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : 100;
        var jobs = size.ElementAtOrDefault(1) is > 0 and var tasks ? tasks : DefaultJobs;
        var shape = Cases.Select(each => each.Shape).First(shape => shape.Batch >= batch) with
        {
            Batch = batch,
            OfOneGenerator = size.ElementAtOrDefault(2) > 0,
        };
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        var database = await cluster.CreateAsync(product: true, cancellation);
        await cluster.ExecuteAsync(database, "create extension pg_stat_statements", cancellation);
        await using var mesh = new Mesh(role => cluster.ConnectionString(database, role), shape);
        await mesh.StartAsync();
        await mesh.CarryAsync(WarmUp);
        await cluster.ExecuteAsync(database, "select pg_stat_statements_reset()", cancellation);
        var measured = await CarryAsync(mesh, cluster, jobs);
        Console.WriteLine($"{measured}; {mesh.ManagerMessages / (double)mesh.ManagerBatches:0.0} messages per Manager batch");
        foreach (var row in await cluster.RowsAsync(database, Statements, cancellation))
            Console.WriteLine(row);
        foreach (var row in await cluster.RowsAsync(database, Updates, cancellation))
            Console.WriteLine(row);
        foreach (var row in await cluster.RowsAsync(database, Deadlocks, cancellation))
            Console.WriteLine(row);
    }

    private const string Deadlocks = "select deadlocks || ' deadlocks' from pg_stat_database where datname = current_database()";

    private const string Updates = """
        select rpad(relname, 16), n_tup_ins || ' inserted', n_tup_upd || ' updated', n_tup_hot_upd || ' of them heap-only'
          from pg_stat_user_tables where n_tup_ins + n_tup_upd > 100 order by relname
        """;

    private const string Statements = """
        select rpad(calls::text, 8), rpad(rows::text, 8), rpad(round(total_exec_time)::text || ' ms', 10),
               rpad(round(total_plan_time)::text || ' ms plan', 14), rpad(wal_bytes / 1024 || ' KiB', 12),
               left(regexp_replace(query, '\s+', ' ', 'g'), 100)
          from pg_stat_statements
         order by total_exec_time desc
         limit 40
        """;

    private static async Task RunAsync(Case each, BenchCluster cluster, int jobs, int rounds, CancellationToken cancellation)
    {
        // The same tasks twice: each submitted by itself, and all of one generator, which is what a scan makes its tasks of.
        var ours = new[] { each.Shape, each.Shape with { OfOneGenerator = true } }.ToDictionary(shape => shape, _ => new List<Measured>());
        var theirs = each.Peers.ToDictionary(peer => peer, _ => new List<Measured>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (shape, measured) in ours)
                measured.Add(await CarryAsync(shape, cluster, jobs, cancellation));
            foreach (var (peer, measured) in theirs)
                measured.Add(await CarryAsync(peer, cluster, jobs, cancellation));
        }
        Console.WriteLine($"{each.Name}: {jobs} tasks, {rounds} rounds, medians; CPU in us per task");
        Console.WriteLine($"  {"",-22}{"per second",12}{"lowest",10}{"highest",10}{"own CPU",10}{"PostgreSQL",12}");
        foreach (var (shape, measured) in ours)
            PrintRow(shape.OfOneGenerator ? "taskmesh, generated" : "taskmesh, submitted", measured);
        foreach (var (peer, measured) in theirs)
            PrintRow(peer.Name, measured);
        var best = theirs.Values.Max(measured => Measured.Median(measured).PerSecond);
        foreach (var (shape, measured) in ours)
        {
            var median = Measured.Median(measured).PerSecond;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = shape.OfOneGenerator ? $"{each.Name}-generated" : each.Name,
                taskmesh = Math.Round(median),
                peer = Math.Round(best),
                ratio = Math.Round(median / best, 2),
            }));
        }
    }

    private static async Task<Measured> CarryAsync(MeshShape shape, BenchCluster cluster, int jobs, CancellationToken cancellation)
    {
        var database = await cluster.CreateAsync(product: true, cancellation);
        await using var mesh = new Mesh(role => cluster.ConnectionString(database, role), shape);
        await mesh.StartAsync();
        await mesh.CarryAsync(WarmUp);
        return await CarryAsync(mesh, cluster, jobs);
    }

    private static async Task<Measured> CarryAsync(Mesh mesh, BenchCluster cluster, int jobs)
    {
        var (server, own) = (cluster.CpuSeconds, CpuMeter.OwnSeconds());
        var time = await mesh.CarryAsync(jobs);
        return Measured.Of(jobs, time.TotalSeconds, CpuMeter.OwnSeconds() - own, cluster.CpuSeconds - server);
    }

    private static async Task<Measured> CarryAsync(Peer peer, BenchCluster cluster, int jobs, CancellationToken cancellation)
    {
        var database = await cluster.CreateAsync(product: false, cancellation);
        var server = cluster.CpuSeconds;
        var (seconds, cpu) = await peer.RunAsync(jobs, cluster.ConnectionString(database, "postgres"), cancellation);
        return Measured.Of(jobs, seconds, cpu, cluster.CpuSeconds - server);
    }

    private static void PrintRow(string name, List<Measured> rounds)
    {
        var median = Measured.Median(rounds);
        var (lowest, highest) = (rounds.Min(round => round.PerSecond), rounds.Max(round => round.PerSecond));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-22}{median.PerSecond,12:0}{lowest,10:0}{highest,10:0}{median.CpuMicros,10:0}{median.ServerCpuMicros,12:0}"));
    }

    private sealed record Case(string Name, MeshShape Shape, Peer[] Peers);
}
