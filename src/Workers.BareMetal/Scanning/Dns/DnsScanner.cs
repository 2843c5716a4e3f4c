using System.Net.Sockets;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>One scan of names: looks at the resolvers first, asks through the engine, and looks after the resolvers meanwhile.</summary>
internal sealed class DnsScanner(ScanSettings settings, TimeProvider clock, IProgress<ScanProgress>? progress, IPacketBudget? budget)
{
    /// <summary>The part of the rate that is kept for questions besides those of the plan.</summary>
    private const int ClientShare = 10;

    /// <summary>Answers open at once, in seconds of the rate.</summary>
    private const int OpenSeconds = 4;

    /// <summary>Between two looks at those that are asked, at least.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    public async Task<ScanCoverage> ScanAsync(DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation)
    {
        var questions = new DnsQuestions(plan.Names, plan.Words, plan.Types, plan.Seed, name => IsAllowed(name, scope), scope.AllowsBelow);
        var (first, end) = plan.Shard.Of(questions.Count, plan.ResumeAt);
        if (scope.Closed(clock.GetUtcNow()) is { } closed)
            return NothingSent(end - first, closed, [], 0);
        var allowed = new AddressSet(plan.Resolvers.Select(resolver => new AddressRange(resolver, resolver))).Intersect(scope.Allowed);
        if (allowed.Count == 0)
            return NothingSent(end - first, "No resolver is in scope.", [], 0);
        var pool = new ResolverPool(plan.Resolvers.Where(allowed.Contains), plan.ResolverRate, clock);
        var own = Math.Max(plan.QueriesPerSecond / ClientShare, 1);
        await using var allowance = PacketAllowance.Start(budget, allowed, plan.QueriesPerSecond, clock);
        using var client = new ResolverClient(scope, own, clock, allowance, 1.0 / ClientShare);
        IWire? wire = null;
        try
        {
            var way = WireOpening.Find(allowed, settings);
            var watch = new ResolverWatch(pool, new(client, plan.KnownAnswers, plan.Seed), way.Unreachable, clock);
            if (settings.Replay is null)
                await watch.LookAsync(cancellation);
            if (pool.Active.Count == 0)
                return NothingSent(end - first, $"No resolver can be used: {watch.States}.", Reports(pool), client.Queries);
            using var port = SourcePort.Take(way, plan.Seed, ProtocolType.Udp, isHeld: settings.Replay is null, DnsProbe.Ports);
            var pace = new ScanPace(Math.Max(plan.QueriesPerSecond - own, 1), plan.Retries);
            pace = pace with
            {
                WindowProbes = (int)Math.Clamp((long)pace.PacketsPerSecond * OpenSeconds, 1, DnsProbe.LargestWindow),
                Share = 1 - (1.0 / ClientShare),
            };
            var probe = new DnsProbe(questions, new(way.SourceV4, way.SourceV6, port.Number, plan.Seed, pace.Window), pool);
            var needs = new WireNeeds(probe.CaptureFilter, probe.CaptureLength, probe.LargestPacket);
            wire = WireOpening.Open(way, settings, plan.Wire, plan.QueriesPerSecond, needs, clock);
            var wildcards = plan.FindsWildcards && settings.Replay is null
                ? new WildcardFinder(client.AskAsync, () => pool.Active.Select(resolver => resolver.Address), scope, plan.Seed, clock)
                : null;
            var intake = new DnsIntake(
                questions, pool, settings.Replay is null ? client : null, wildcards, scope, clock, sink, plan.ResumeAt?.Dns ?? DnsCounts.None);
            var engine = new ScanEngine<DnsReply>(wire, probe, way.Unreachable, scope, pace, clock, progress, allowance);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var looking = settings.Replay is null ? watch.LookAfterAsync(probe, ended.Token) : Task.CompletedTask;
            var again = new SecondOpinion(questions, pool, client, clock, () => probe.Problem);
            var quarantine = new AnswerQuarantine(pool, clock, IntervalFor(pool, plan, own), watch.LookAsync, again.AskAsync, intake);
            try
            {
                var coverage = await engine.RunAsync(
                    first, end, plan.ResumeAt, settings.Replay is null ? quarantine : intake, cancellation);
                await quarantine.EndAsync(cancellation);
                return coverage with
                {
                    IsComplete = coverage.IsComplete && probe.Problem is null,
                    NotSentReason = coverage.IsComplete ? probe.Problem ?? coverage.NotSentReason : coverage.NotSentReason,
                    Dns = new(intake.Counts, Reports(pool), wildcards?.Found ?? [], client.Queries) { WildcardsUnknown = wildcards?.Unknown ?? [] },
                };
            }
            finally
            {
                await ended.CancelAsync();
                await looking;
            }
        }
        catch (IOException refusal) when (wire is null)
        {
            return NothingSent(end - first, refusal.Message, Reports(pool), client.Queries);
        }
        finally
        {
            wire?.Dispose();
        }
    }

    /// <summary>Looks take half of what is there for questions besides the plan's, at most.</summary>
    private static TimeSpan IntervalFor(ResolverPool pool, DnsScanPlan plan, int queriesPerSecond)
    {
        var enough = TimeSpan.FromSeconds(2.0 * pool.All.Count * (plan.KnownAnswers.Count + 1) / queriesPerSecond);
        return enough > CheckInterval ? enough : CheckInterval;
    }

    private bool IsAllowed(string name, ScopeGuard scope) => ReverseName.TryParse(name, out var address)
        ? scope.Allowed.Contains(address)
        : scope.Refusal(name, clock.GetUtcNow()) is null;

    private static ResolverReport[] Reports(ResolverPool pool) => [.. pool.All.Select(resolver => resolver.Report)];

    private static ScanCoverage NothingSent(ulong planned, string reason, IReadOnlyList<ResolverReport> resolvers, long queries) =>
        ScanTally.NothingSent(planned, reason) with { Dns = new(DnsCounts.None, resolvers, [], queries) };
}
