using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Contract;

/// <summary>Collects what is wrong with an input and which addresses and names it would send packets to.</summary>
public sealed class InputCheck
{
    private readonly List<string> _problems = [];
    private readonly List<AddressRange> _ranges = [];
    private readonly List<string> _names = [];

    public IReadOnlyList<string> Problems => _problems;

    public IReadOnlyList<AddressRange> Ranges => _ranges;

    public IReadOnlyList<string> Names => _names;

    /// <param name="field">The input's field, as written in JSON.</param>
    /// <param name="rule">What it breaks, with the value: "'70000' is not a port (1-65535)".</param>
    public void Problem(string field, string rule) => _problems.Add($"{field}: {rule}");

    /// <param name="sentence">Begins with the field itself.</param>
    public void Problem(string sentence) => _problems.Add(sentence);

    public void Require(bool holds, string field, string rule)
    {
        if (!holds)
            Problem(field, rule);
    }

    public void Targets(AddressRange range) => _ranges.Add(range);

    public void Targets(string name) => _names.Add(name);

    /// <summary>The targets that the scope refuses, each in a sentence.</summary>
    public IEnumerable<string> OutOfScope(ScopeGuard guard, DateTimeOffset now) =>
        _ranges.Select(range => guard.Refusal(range, now)).Concat(_names.Select(name => guard.Refusal(name, now))).OfType<string>();
}
