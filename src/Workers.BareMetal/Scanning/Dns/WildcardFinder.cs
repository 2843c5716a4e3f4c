using System.Collections.Concurrent;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Tells names that were made from those that exist only since a wildcard (RFC 4592) answers for every name: at each level above a name that the
/// scope allows, labels that nobody has are asked for. Where they all have records, a name with the same ones says nothing.
/// </summary>
/// <param name="ask">Asks a resolver one question; null where no answer comes.</param>
/// <param name="resolvers">Those that are well now, for levels of which the first one cannot tell.</param>
public sealed class WildcardFinder(
    Func<Address, byte[], DnsType, CancellationToken, Task<byte[]?>> ask, Func<IEnumerable<Address>> resolvers, ScopeGuard scope, ulong seed,
    TimeProvider clock)
{
    private const int Labels = 3;

    /// <summary>How many resolvers are asked for one label.</summary>
    private const int MostAsked = 3;

    /// <summary>How often a level of which nobody can tell is asked about: one that never answers must not hold up every name below it.</summary>
    private const int MostTries = 3;

    /// <summary>Beyond that, levels are asked about anew.</summary>
    private const int MostRemembered = 1 << 18;

    /// <summary>As many as a result lists.</summary>
    private const int MostReported = 1000;

    private readonly ConcurrentDictionary<(string Below, DnsType Type), Lazy<Task<Level?>>> _levels = new();
    private readonly ConcurrentDictionary<(string Below, DnsType Type), int> _unknown = new();
    private readonly ConcurrentBag<DnsWildcard> _found = [];

    public IReadOnlyList<DnsWildcard> Found =>
    [
        .. _found.DistinctBy(wildcard => (wildcard.Below, wildcard.Type))
            .OrderBy(wildcard => wildcard.Below, StringComparer.Ordinal).ThenBy(wildcard => wildcard.Type).Take(MostReported),
    ];

    /// <summary>Levels of which nobody could tell: names below them may be a wildcard's. As "example.com A".</summary>
    public IReadOnlyList<string> Unknown =>
        [.. _unknown.Keys.Select(level => $"{level.Below} {level.Type.Text()}").Order(StringComparer.Ordinal).Take(MostReported)];

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
            var place = (below, type);
            var asked = _levels.GetOrAdd(place, _ => new(() => AskAsync(below, type, resolver, cancellation)));
            var level = await asked.Value;
            if (level is null && _unknown.GetValueOrDefault(place, MostTries) < MostTries)
                _levels.TryRemove(KeyValuePair.Create(place, asked));
            if (level is not null && level.Explains(ValuesOf(records, type)))
                return below;
        }
        return null;
    }

    /// <returns>Null where nobody can tell.</returns>
    private async Task<Level?> AskAsync(string below, DnsType type, Address resolver, CancellationToken cancellation)
    {
        var samples = new List<string[]>();
        var proof = "";
        for (var label = 0; label < Labels; label++)
        {
            proof = $"{RandomLabel.Of($"{label} {below}", seed)}.{below}";
            var name = DnsName.Parse(proof);
            if (await AskAnyAsync(name, type, resolver, cancellation) is not { } values)
            {
                if (_unknown.Count < MostRemembered)
                    _unknown.AddOrUpdate((below, type), 1, (_, tries) => tries + 1);
                return null;
            }
            if (values.Length == 0)
            {
                _unknown.TryRemove((below, type), out _);
                return Level.None;
            }
            samples.Add(values);
        }
        _unknown.TryRemove((below, type), out _);
        _found.Add(new(below, type, proof, samples[^1]));
        return new([.. samples.SelectMany(values => values)], IsChanging: samples[0].All(value => !samples[1].Contains(value)));
    }

    /// <summary>What a name comes to, by the first who can tell; none where it does not exist.</summary>
    private async Task<string[]?> AskAnyAsync(byte[] name, DnsType type, Address first, CancellationToken cancellation)
    {
        foreach (var resolver in resolvers().Prepend(first).Distinct().Take(MostAsked))
        {
            if (await ask(resolver, name, type, cancellation) is not { } message || !DnsHeader.TryRead(message, out var header))
                continue;
            var outcome = DnsQuery.Judge(message, header);
            if (outcome is DnsOutcome.NoName or DnsOutcome.NoData)
                return [];
            try
            {
                if (outcome == DnsOutcome.Found)
                    return ValuesOf(DnsAnswer.Read(message, name, type).Records, type);
            }
            catch (DnsFormatException)
            {
                // Another one may be able to write.
            }
        }
        return null;
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
        /// <summary>There is no wildcard.</summary>
        public static readonly Level None = new([], IsChanging: false);

        public bool Explains(string[] values) => IsChanging || (this != None && values.All(Values.Contains));
    }
}
