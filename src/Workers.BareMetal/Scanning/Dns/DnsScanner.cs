using System.Net.Sockets;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>One scan of names: looks at the resolvers first, asks through the engine, and looks after the resolvers meanwhile.</summary>
internal sealed class DnsScanner(
    ScanSettings settings, TimeProvider clock, IProgress<ScanProgress>? progress, IPacketBudget? budget, DnsScanPlan plan, ScopeGuard scope)
{
    /// <summary>The part of the rate that is kept for questions besides those of the plan.</summary>
    private const int ClientShare = 10;

    /// <summary>Answers open at once, in seconds of the rate.</summary>
    private const int OpenSeconds = 4;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long all resolvers may be silent before the scan is given up.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(15);

    public async Task<ScanCoverage> ScanAsync(IScanSink<DnsFinding> sink, CancellationToken cancellation)
    {
        var questions = new DnsQuestions(plan.Names, plan.Words, plan.Types, plan.Seed, IsAllowed, scope.AllowsBelow);
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
            var check = new ResolverCheck(client, plan.KnownAnswers, plan.Seed);
            if (settings.Replay is null && await RefusalAsync(pool, way, check, cancellation) is { } refusal)
                return NothingSent(end - first, refusal, Reports(pool), client.Queries);
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
            var looking = settings.Replay is null ? LookAfterAsync(pool, check, probe, ended.Token) : Task.CompletedTask;
            try
            {
                var coverage = await engine.RunAsync(first, end, plan.ResumeAt, intake, cancellation);
                return coverage with
                {
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

    /// <summary>Leaves out resolvers that lie or say nothing; a sentence when none is left.</summary>
    private static async Task<string?> RefusalAsync(ResolverPool pool, WayOut way, ResolverCheck check, CancellationToken cancellation)
    {
        await Parallel.ForEachAsync(pool.All, cancellation, async (resolver, each) =>
        {
            resolver.Health = way.Unreachable.Contains(resolver.Address)
                ? new(false, "not reachable")
                : await check.LookAsync(resolver, each);
            if (!resolver.Health.IsUsable)
                pool.LeaveOut(resolver);
        });
        return pool.Active.Count > 0 ? null : $"No resolver can be used: {States(pool)}.";
    }

    /// <summary>Asks those that were left out what is known, and takes them back when they know it; until the scan ends.</summary>
    private async Task LookAfterAsync(ResolverPool pool, ResolverCheck check, DnsProbe probe, CancellationToken ended)
    {
        long? silentSince = null;
        try
        {
            while (true)
            {
                await Task.Delay(LookInterval, clock, ended);
                // All at once, since one that is silent takes its time.
                await Task.WhenAll(pool.All.Except(pool.Active).Where(resolver => !resolver.Health.IsFinal).Select(async resolver =>
                {
                    resolver.Health = await check.LookAsync(resolver, ended);
                    if (resolver.Health.IsUsable)
                        pool.TakeBack(resolver);
                }));
                silentSince = pool.Active.Count > 0 ? null : silentSince ?? clock.GetTimestamp();
                var isHopeless = pool.All.All(resolver => resolver.Health.IsFinal);
                if (isHopeless || (silentSince is { } since && clock.GetElapsedTime(since) > SilenceLimit))
                    probe.Problem = $"No resolver can be used any more: {States(pool)}.";
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The scan is over.
        }
    }

    private bool IsAllowed(string name) => ReverseName.TryParse(name, out var address)
        ? scope.Allowed.Contains(address)
        : scope.Refusal(name, clock.GetUtcNow()) is null;

    private static string States(ResolverPool pool) => string.Join("; ", pool.All.Select(each => $"{each.Address} is {each.Health.State}"));

    private static ResolverReport[] Reports(ResolverPool pool) => [.. pool.All.Select(resolver => resolver.Report)];

    private static ScanCoverage NothingSent(ulong planned, string reason, IReadOnlyList<ResolverReport> resolvers, long queries) =>
        ScanTally.NothingSent(planned, reason) with { Dns = new(DnsCounts.None, resolvers, [], queries) };
}
