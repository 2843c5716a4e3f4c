using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Makes findings of answers, off the hot path: reads records, asks over TCP for what was cut off, follows aliases that a server left open, looks
/// for wildcards, and counts how each question ended.
/// </summary>
/// <param name="client">Null where nothing may be asked: in the replay of a recording.</param>
/// <param name="before">What earlier attempts counted.</param>
internal sealed class DnsIntake(
    DnsQuestions questions, ResolverPool pool, ResolverClient? client, WildcardFinder? wildcards, ScopeGuard scope, TimeProvider clock,
    IScanSink<DnsFinding> sink, DnsCounts before) : IScanSink<DnsReply>
{
    private const int MostAtOnce = 64;

    public DnsCounts Counts { get; private set; } = before;

    public async Task FoundAsync(IReadOnlyList<DnsReply> findings, CancellationToken cancellation)
    {
        var outcomes = new DnsOutcome[findings.Count];
        var found = new DnsFinding?[findings.Count];
        var open = new List<int>();
        for (var place = 0; place < outcomes.Length; place++)
        {
            var reply = findings[place];
            outcomes[place] = reply.Outcome;
            if (reply.Outcome == DnsOutcome.Truncated)
                open.Add(place);
            if (reply.Message is not { } message)
                continue;
            (outcomes[place], found[place]) = Read(reply, message);
            if (found[place] is { } finding && MustAsk(finding))
                open.Add(place);
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(open, options, async (place, each) =>
            (outcomes[place], found[place]) = await AskOnAsync(findings[place], outcomes[place], found[place], each));
        Count(outcomes);
        DnsFinding[] kept = [.. found.OfType<DnsFinding>()];
        if (kept.Length > 0)
            await sink.FoundAsync(kept, cancellation);
    }

    public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation) =>
        sink.CheckpointAsync(checkpoint with { Dns = Counts }, cancellation);

    private bool MustAsk(DnsFinding finding) => client is not null && (finding.End == DnsChainEnd.Unfinished || wildcards is not null);

    private async Task<(DnsOutcome, DnsFinding?)> AskOnAsync(
        DnsReply reply, DnsOutcome outcome, DnsFinding? finding, CancellationToken cancellation)
    {
        var resolver = pool.All[reply.Resolver].Address;
        if (outcome == DnsOutcome.Truncated)
        {
            var (name, type) = questions.Copy(reply.Index);
            if (client is null || await client.AskOverTcpAsync(resolver, name, type, cancellation) is not { } message)
                return (DnsOutcome.Malformed, null);
            (outcome, finding) = Read(reply, message);
        }
        if (finding is { End: DnsChainEnd.Unfinished })
            finding = await FollowAsync(finding, cancellation);
        if (finding is not null && wildcards is not null)
        {
            var level = await wildcards.LevelOfAsync(finding.Name, finding.Type, finding.Records, resolver, cancellation);
            finding = finding with { Wildcard = level };
        }
        return (outcome, finding);
    }

    /// <summary>Asks for the name at which a server of its own zones stopped, as often as aliases go on and as the scope allows.</summary>
    private async Task<DnsFinding> FollowAsync(DnsFinding finding, CancellationToken cancellation)
    {
        var records = finding.Records.ToList();
        var end = DnsChainEnd.Unfinished;
        while (end == DnsChainEnd.Unfinished)
        {
            if (records.Count > DnsAnswer.MostAliases)
                return finding with { Records = records, End = DnsChainEnd.TooLong };
            var target = records[^1].Value;
            if (scope.Refusal(target, clock.GetUtcNow()) is not null)
                break;
            var name = DnsName.Parse(target);
            if (await client!.AskAsync(finding.Resolver, name, finding.Type, cancellation) is not { } message
                || Answer(message, name, finding.Type) is not { } answer)
                break;
            if (answer.Records.Any(records.Contains))
                return finding with { Records = records, End = DnsChainEnd.Loop };
            records.AddRange(answer.Records);
            end = answer.End == DnsChainEnd.Unfinished && answer.Records.Count == 0 ? DnsChainEnd.NoData : answer.End;
        }
        return finding with { Records = records, End = end };
    }

    private (DnsOutcome Outcome, DnsFinding? Finding) Read(DnsReply reply, byte[] message)
    {
        // What is cut off over TCP too is not to be had.
        var outcome = DnsHeader.TryRead(message, out var header) && !header.IsTruncated ? DnsQuery.Judge(message, header) : DnsOutcome.Malformed;
        if (outcome != DnsOutcome.Found)
            return (outcome, null);
        var (name, type) = questions.Copy(reply.Index);
        if (Answer(message, name, type) is not { } answer)
            return (DnsOutcome.Malformed, null);
        return answer.Records.Count > 0
            ? (outcome, new(DnsName.Text(name), type, answer.Records, answer.End, pool.All[reply.Resolver].Address))
            // There are records, but none of the name.
            : (answer.End == DnsChainEnd.Dangling ? DnsOutcome.NoName : DnsOutcome.NoData, null);
    }

    private static DnsAnswer? Answer(byte[] message, byte[] name, DnsType type)
    {
        try
        {
            return DnsAnswer.Read(message, name, type);
        }
        catch (DnsFormatException)
        {
            return null;
        }
    }

    private void Count(DnsOutcome[] outcomes)
    {
        long Of(DnsOutcome outcome) => outcomes.AsSpan().Count(outcome);
        Counts = new(
            Counts.Found + Of(DnsOutcome.Found),
            Counts.NoName + Of(DnsOutcome.NoName),
            Counts.NoData + Of(DnsOutcome.NoData),
            Counts.ServerFailure + Of(DnsOutcome.ServerFailure),
            Counts.Refused + Of(DnsOutcome.Refused),
            Counts.Malformed + Of(DnsOutcome.Malformed));
    }
}
