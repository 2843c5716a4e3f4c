using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>Asks a question of the plan once more, of resolvers that are well now.</summary>
/// <param name="problem">Why nobody will be well any more, or null.</param>
internal sealed class SecondOpinion(
    DnsQuestions questions, ResolverPool pool, ResolverClient client, TimeProvider clock, Func<string?> problem)
{
    private const int MostAsked = 3;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    /// <summary>A failure of the server where nobody who was asked could tell; null where nobody is left to be asked.</summary>
    public async Task<DnsReply?> AskAsync(DnsReply reply, CancellationToken cancellation)
    {
        var (name, type) = questions.Copy(reply.Index);
        var best = reply with { Outcome = DnsOutcome.ServerFailure, Message = null };
        for (var asked = 0; asked < MostAsked; asked++)
        {
            if (await AnyAsync(reply.Index + (ulong)asked, cancellation) is not { } resolver)
                return null;
            if (await client.AskAsync(resolver.Address, name, type, cancellation) is not { } message || !DnsHeader.TryRead(message, out var header))
                continue;
            var outcome = DnsQuery.Judge(message, header);
            best = new(reply.Index, outcome, resolver.Number, outcome == DnsOutcome.Found ? message : null);
            if (outcome is DnsOutcome.Found or DnsOutcome.NoName or DnsOutcome.NoData)
                break;
        }
        return best;
    }

    private async Task<Resolver?> AnyAsync(ulong turn, CancellationToken cancellation)
    {
        while (problem() is null)
        {
            if (pool.Active is { Count: > 0 } active)
                return active[(int)(turn % (ulong)active.Count)];
            await Task.Delay(Glance, clock, cancellation);
        }
        return null;
    }
}
