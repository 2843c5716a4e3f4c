using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Asks a resolver what is known: a name that cannot exist, since nothing below "invalid" does (RFC 6761), and what the plan knows besides. One
/// that says otherwise would say anything.
/// </summary>
public sealed class ResolverCheck(ResolverClient client, IReadOnlyList<KnownAnswer> known, ulong seed)
{
    private int _looks;

    /// <summary>For each look another name, since an honest answer to the last one may still be in the resolver's memory.</summary>
    private KnownAnswer Nothing => new($"{RandomLabel.Of($"invalid {Interlocked.Increment(ref _looks)}", seed)}.invalid", DnsType.A, []);

    public async Task<ResolverHealth> LookAsync(Resolver resolver, CancellationToken cancellation)
    {
        foreach (var question in known.Prepend(Nothing))
        {
            var name = DnsName.Parse(question.Name);
            var message = await client.AskAsync(resolver.Address, name, question.Type, cancellation);
            if (message is null)
                return ResolverHealth.Silent;
            if (Judge(message, name, question) is { IsUsable: false } problem)
                return problem;
        }
        return ResolverHealth.Good;
    }

    private static ResolverHealth Judge(byte[] message, byte[] name, KnownAnswer question)
    {
        DnsHeader.TryRead(message, out var header);
        var outcome = DnsQuery.Judge(message, header);
        if (outcome is DnsOutcome.Refused or DnsOutcome.ServerFailure)
        {
            // A server of some zones may refuse what lies outside them. What must be there it has to know.
            return question.Values.Count == 0 ? ResolverHealth.Good : new(false, $"refusing ({question.Name} {question.Type.Text()})");
        }
        try
        {
            var records = outcome == DnsOutcome.Found ? DnsAnswer.Read(message, name, question.Type).Records : [];
            string[] values = [.. records.Where(record => record.Type == question.Type).Select(record => record.Value)];
            return values.ToHashSet().SetEquals(question.Values)
                ? ResolverHealth.Good
                : ResolverHealth.Lying($"{question.Name} {question.Type.Text()} is {Listed(question.Values)}, and it says {Listed(values)}");
        }
        catch (DnsFormatException)
        {
            return new(false, "broken");
        }
    }

    private static string Listed(IReadOnlyList<string> values) => values.Count == 0 ? "nothing" : string.Join(", ", values);
}
