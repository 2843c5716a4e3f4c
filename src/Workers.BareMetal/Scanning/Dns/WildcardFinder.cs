using System.Collections.Concurrent;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Tells names that were made from those that exist only since a wildcard (RFC 4592) answers for every name: at each level above a name that the
/// scope allows, labels that nobody has are asked for. Where they all have records, a name with the same ones says nothing.
/// </summary>
public sealed class WildcardFinder(ResolverClient client, ScopeGuard scope, ulong seed, TimeProvider clock)
{
    private const int Labels = 3;

    /// <summary>Beyond that, levels are asked about anew.</summary>
    private const int MostRemembered = 1 << 18;

    /// <summary>As many as a result lists.</summary>
    private const int MostReported = 1000;

    private readonly ConcurrentDictionary<(string Below, DnsType Type), Lazy<Task<Level?>>> _levels = new();
    private readonly ConcurrentBag<DnsWildcard> _found = [];

    public IReadOnlyList<DnsWildcard> Found =>
    [
        .. _found.DistinctBy(wildcard => (wildcard.Below, wildcard.Type))
            .OrderBy(wildcard => wildcard.Below, StringComparer.Ordinal).ThenBy(wildcard => wildcard.Type).Take(MostReported),
    ];

    /// <summary>The lowest level at which every name has these records, or null.</summary>
    public async Task<string?> LevelOfAsync(
        string name, DnsType type, IReadOnlyList<DnsRecord> records, Address resolver, CancellationToken cancellation)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            var below = name[(dot + 1)..];
            if (scope.Refusal($"{RandomLabel.Of("0", seed)}.{below}", clock.GetUtcNow()) is not null)
                continue;
            if (_levels.Count > MostRemembered)
                _levels.Clear();
            var level = _levels.GetOrAdd((below, type), _ => new(() => AskAsync(below, type, resolver, cancellation)));
            if (await level.Value is { } wildcard && wildcard.Explains(ValuesOf(records, type)))
                return below;
        }
        return null;
    }

    private async Task<Level?> AskAsync(string below, DnsType type, Address resolver, CancellationToken cancellation)
    {
        var samples = new List<string[]>();
        var proof = "";
        for (var label = 0; label < Labels; label++)
        {
            proof = $"{RandomLabel.Of($"{label} {below}", seed)}.{below}";
            var name = DnsName.Parse(proof);
            var message = await client.AskAsync(resolver, name, type, cancellation);
            if (message is null || !DnsHeader.TryRead(message, out var header) || DnsQuery.Judge(message, header) != DnsOutcome.Found)
                return null;
            try
            {
                samples.Add(ValuesOf(DnsAnswer.Read(message, name, type).Records, type));
            }
            catch (DnsFormatException)
            {
                return null;
            }
            if (samples[^1].Length == 0)
                return null;
        }
        _found.Add(new(below, type, proof, samples[^1]));
        return new([.. samples.SelectMany(values => values)], IsChanging: samples[0].All(value => !samples[1].Contains(value)));
    }

    /// <summary>What a name comes to: records of the type, or else the alias that leads nowhere.</summary>
    private static string[] ValuesOf(IReadOnlyList<DnsRecord> records, DnsType type)
    {
        string[] values = [.. records.Where(record => record.Type == type).Select(record => record.Value)];
        return values.Length > 0 ? values : [.. records.TakeLast(1).Select(record => record.Value)];
    }

    /// <param name="IsChanging">Each name gets other records, so none can be told from them.</param>
    private sealed record Level(HashSet<string> Values, bool IsChanging)
    {
        public bool Explains(string[] values) => IsChanging || values.All(Values.Contains);
    }
}
