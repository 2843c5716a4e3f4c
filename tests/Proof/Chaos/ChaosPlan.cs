using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.Proof.Chaos;

/// <summary>What goes wrong in a run of chaos, and when: all of it from the seed.</summary>
/// <param name="Length">Until when faults begin; then the work gets the time that it needs.</param>
/// <param name="Patience">How long it gets until it counts as stuck.</param>
/// <param name="Aftermath">How long copies of messages that were handled may still come, for the checker to see what they do.</param>
public sealed record ChaosPlan(
    int Seed,
    int Tasks,
    TimeSpan Length,
    TimeSpan Patience,
    TimeSpan Aftermath,
    int ServerKills,
    int ProcessKills,
    int Pauses,
    TimeSpan Outage)
{
    /// <summary>
    /// What a function was about to hold when it died stays hidden for its queue's timeout, which is minutes. A short run has the least that AWS
    /// allows, one timeout of the function, and a shorter one of these.
    /// </summary>
    public TimeSpan? FunctionTimeout { get; init; }

    /// <summary>The share of commits whose reply is cut.</summary>
    public const double CutCommits = 0.01;

    /// <summary>Then comes some calm: a server that has just started lets no lease expire for a while.</summary>
    private const int KillsInARow = 10;

    /// <summary>The part of each round in which the server is killed.</summary>
    private const double Storm = 0.2;

    /// <summary>Nothing goes wrong, and what is stored is on the disk.</summary>
    public bool IsCalm { get; init; }

    public FaultConfiguration Faults => IsCalm ? new() : new()
    {
        Seed = Seed,
        Queues = new()
        {
            Duplicates = 0.05,
            LostDeletes = 0.05,
            LostReplies = 0.02,
            Delays = 0.005,
            LongestDelaySeconds = 20,
            FailedEntries = 0.01,
        },
    };

    public static ChaosPlan Full(int seed) =>
        new(seed, 100_000, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(60), 60, 100, 20, TimeSpan.FromSeconds(60));

    public static ChaosPlan Brief(int seed) =>
        new(seed, 500, TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(2), 4, 4, 1, TimeSpan.Zero)
        {
            FunctionTimeout = TimeSpan.FromSeconds(40),
        };

    public static ChaosPlan Calm(int tasks) =>
        new(1, tasks, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, TimeSpan.Zero) { IsCalm = true };

    internal IReadOnlyList<ChaosStep> Steps()
    {
        var random = new Random(Seed);
        var storms = (ServerKills + KillsInARow - 1) / KillsInARow;
        var rounds = storms + (Outage > TimeSpan.Zero ? 1 : 0);
        var round = Length / rounds;
        var outage = Outage > TimeSpan.Zero ? random.Next(1, rounds) : -1;
        var kills = Enumerable.Range(0, rounds).Where(i => i != outage).SelectMany(i => Enumerable.Repeat(i, KillsInARow)).Take(ServerKills);
        return
        [
            .. new List<ChaosStep>(
            [
                .. kills.Select(i => new ChaosStep(round * (i + Storm * random.NextDouble()), ChaosAction.KillServer, random.NextDouble())),
                .. outage < 0 ? Enumerable.Empty<ChaosStep>() : [new ChaosStep(round * outage, ChaosAction.Outage, 0)],
                .. Some(random, ProcessKills, ChaosAction.KillProcess),
                .. Some(random, Pauses, ChaosAction.Pause),
            ]).OrderBy(step => step.At),
        ];
    }

    private IEnumerable<ChaosStep> Some(Random random, int count, ChaosAction action) =>
        Enumerable.Range(0, count).Select(_ => new ChaosStep(Length * random.NextDouble(), action, random.NextDouble()));
}
