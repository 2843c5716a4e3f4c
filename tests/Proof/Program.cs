using System.Diagnostics;
using System.Globalization;
using TaskMesh.Proof.Chaos;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Crashes;
using TaskMesh.Proof.Simulation;
using TaskMesh.Testing;

// sim [SEEDS [FIRST [DEFECT]]]: whole collections under SEEDS seeds, from FIRST on.
// crashes [MOST]: one process dies at each place where it can, or at MOST of them.
// chaos [SEED [brief]]: real processes and a real server are killed, paused and cut off while queues go wrong.
// calm [CHILDREN]: the same mesh while nothing goes wrong, and how long a task's way through it takes.
// defects [SEEDS]: each known defect must be found within SEEDS seeds.
return args switch
{
    ["sim", .. var rest] => await SimulateAsync(rest),
    ["defects", .. var rest] => await FindDefectsAsync(Number(rest, 0, 50)),
    ["crashes", .. var rest] => await CrashAsync(Number(rest, 0, int.MaxValue)),
    ["chaos", .. var rest] => await ChaosAsync(rest),
    ["calm", .. var rest] => await CalmRun.RunAsync(Number(rest, 0, 100_000)) ? 0 : 1,
    [ChaosHost.Verb, var role] => await ChaosHost.RunAsync(role),
    _ => Usage(),
};

static async Task<int> SimulateAsync(string[] args)
{
    var (seeds, first, defect) = (Number(args, 0, 200), Number(args, 1, 1), args.ElementAtOrDefault(2));
    var cluster = new ProductCluster();
    await cluster.InitializeAsync();
    try
    {
        var start = Stopwatch.GetTimestamp();
        var reports = await Simulations.RunAsync(cluster, Enumerable.Range(first, seeds), defect, (seed, report) =>
        {
            if (!report.IsClean)
            {
                Console.WriteLine($"seed {seed}: {report.ToJson()}");
                foreach (var finding in report.Findings.Take(5))
                    Console.WriteLine($"    {finding}");
                Console.WriteLine($"    again: make sim SEEDS=1 FIRST={seed}{(defect is null ? "" : $" DEFECT={defect}")}");
            }
            return true;
        });
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (slowest, slow) = reports.MaxBy(report => report.Report.RecoveryMsP99 ?? 0);
        var sum = Report.Sum([.. reports.Select(report => report.Report)]);
        Console.WriteLine($"seed {slowest} has the longest way back from a killed worker, {slow.RecoveryMsP99} ms: {slow.Slowest}");
        foreach (var unforced in sum.Unforced.Take(5))
            Console.WriteLine($"no fault had to repeat {unforced}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"extra executions that no fault had to cause: {sum.UnforcedExecutionsPct} %"));
        Console.WriteLine(sum.ToJson());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{reports.Count} seeds in {seconds:0.0} s, {reports.Count / seconds:0.00} seeds/s"));
        return reports.All(report => report.Report.IsClean) ? 0 : 1;
    }
    finally
    {
        await cluster.DisposeAsync();
    }
}

static async Task<int> FindDefectsAsync(int seeds)
{
    var cluster = new ProductCluster();
    await cluster.InitializeAsync();
    var missed = 0;
    foreach (var defect in Simulations.DefectNames)
    {
        var reports = await Simulations.RunAsync(cluster, Enumerable.Range(1, seeds), defect, (_, report) => report.IsClean);
        var (seed, report) = reports.FirstOrDefault(report => !report.Report.IsClean);
        missed += report is null ? 1 : 0;
        Console.WriteLine(report is null ? $"{defect}: NOT FOUND in {seeds} seeds" : $"{defect}: seed {seed}, {report.Findings[0]}");
    }
    await cluster.DisposeAsync();
    return missed == 0 ? 0 : 1;
}

static async Task<int> CrashAsync(int most)
{
    var cluster = new ProductCluster();
    await cluster.InitializeAsync();
    var isClean = true;
    foreach (var process in CrashPoints.Processes)
    {
        var reports = await CrashPoints.RunAsync(cluster, process, most);
        foreach (var (place, report) in reports.Where(report => !report.Report.IsClean))
            Console.WriteLine($"{process} dies at {place}: {report.Findings[0]}");
        isClean &= reports.All(report => report.Report.IsClean);
        Console.WriteLine($"{process}: {reports.Count} places, {Report.Sum([.. reports.Select(report => report.Report)]).ToJson()}");
    }
    await cluster.DisposeAsync();
    return isClean ? 0 : 1;
}

static async Task<int> ChaosAsync(string[] args)
{
    var seed = Number(args, 0, 1);
    var plan = args.ElementAtOrDefault(1) == "brief" ? ChaosPlan.Brief(seed) : ChaosPlan.Full(seed);
    var report = await ChaosRun.RunAsync(plan, Console.Error.WriteLine);
    foreach (var finding in report.Checked.Findings.Take(20))
        Console.WriteLine(finding);
    Console.WriteLine($"the longest way back from a killed worker: {report.Checked.Slowest}");
    foreach (var unforced in report.Checked.Unforced.Take(5))
        Console.WriteLine($"no fault had to repeat {unforced}");
    if (!report.Checked.IsClean)
        Console.WriteLine($"again: make chaos SEED={seed}");
    var missed = report.Missed().ToArray();
    foreach (var goal in missed)
        Console.WriteLine($"missed: {goal}");
    Console.WriteLine(report.ToJson());
    return report.Checked.IsClean && missed.Length == 0 ? 0 : 1;
}

static int Number(string[] args, int place, int otherwise) =>
    args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine("usage: sim [SEEDS [FIRST [DEFECT]]] | crashes [MOST] | defects [SEEDS] | chaos [SEED [brief]] | calm [CHILDREN]");
    return 64;
}
