namespace TaskMesh.Core.Scope;

/// <summary>
/// Answers whether a target may be reached. A collection carries its organisation's scope and, if it narrowed that, its own:
/// a target must be allowed by each of them, so a collection can narrow and never widen.
/// </summary>
public sealed class ScopeGuard
{
    private readonly IReadOnlyList<ScanScope> _scopes;
    private readonly AddressSet _offered;
    private readonly AddressSet _allowed;
    private readonly IReadOnlyList<(ScopeRule[] Allow, ScopeRule[] Deny)> _names;

    public ScopeGuard(IReadOnlyList<ScanScope> scopes)
    {
        _scopes = scopes;
        _names = [.. scopes.Select(scope => (Rules(scope.Allow).ToArray(), Rules(scope.Deny ?? []).ToArray()))];
        _offered = scopes.Count == 0 ? AddressSet.Empty : scopes.Select(Offered).Aggregate((left, right) => left.Intersect(right));
        _allowed = scopes.Aggregate(_offered, (left, scope) => left.Except(Ranges(scope.Deny ?? [])));
    }

    /// <summary>Every address that may be reached while the scope is valid.</summary>
    public AddressSet Allowed => _allowed;

    public DateTimeOffset ValidUntil => _scopes.Count == 0 ? DateTimeOffset.MinValue : _scopes.Min(scope => scope.ValidUntil);

    /// <summary>Why nothing at all may be scanned now, or null.</summary>
    public string? Closed(DateTimeOffset now)
    {
        if (_scopes.Count == 0)
            return "no scope is set, so nothing may be scanned; `taskmesh scope set` sets one";
        foreach (var scope in _scopes)
        {
            if (now < scope.ValidFrom)
                return $"the scope '{scope.Reference}' is not valid before {scope.ValidFrom:u}";
            if (now >= scope.ValidUntil)
                return $"the scope '{scope.Reference}' expired at {scope.ValidUntil:u}";
        }
        return null;
    }

    /// <summary>
    /// Why this target is refused, or null. A range that lies within the allow rules passes although deny rules cut holes in it:
    /// the holes are left out address by address.
    /// </summary>
    public string? Refusal(AddressRange target, DateTimeOffset now)
    {
        if (Closed(now) is { } closed)
            return closed;
        if (!_offered.Contains(target))
            return $"'{target}' is outside the scope {References}{Special(target)}";
        return _allowed.Overlaps(target) ? null : $"'{target}' is denied by the scope {References}";
    }

    /// <summary>Why this name is refused, or null. Its addresses are judged once they are known.</summary>
    public string? Refusal(string name, DateTimeOffset now)
    {
        if (Closed(now) is { } closed)
            return closed;
        var normal = DomainName.Normalise(name);
        if (normal is null)
            return $"'{name}' is not a host name";
        if (!_names.All(rules => rules.Allow.Any(rule => rule.Matches(normal))))
            return $"'{normal}' is outside the scope {References}";
        return _names.Any(rules => rules.Deny.Any(rule => rule.Matches(normal))) ? $"'{normal}' is denied by the scope {References}" : null;
    }

    /// <summary>Whether every name below this one may be reached while the scope is valid, so that none of them need be asked for.</summary>
    public bool AllowsBelow(string name) => _names.Count > 0 && _names.All(rules =>
        rules.Allow.Any(rule => rule.WithSubdomains && rule.Matches(name))
        && !rules.Deny.Any(rule => (rule.WithSubdomains && rule.Matches(name)) || rule.Name?.EndsWith($".{name}", StringComparison.Ordinal) == true));

    private string References => string.Join(" and ", _scopes.Select(scope => $"'{scope.Reference}'"));

    private static AddressSet Offered(ScanScope scope)
    {
        var offered = Ranges(scope.Allow).Except(SpecialRanges.Never);
        return scope.AllowPrivate ? offered : offered.Except(SpecialRanges.Private);
    }

    private string Special(AddressRange target) =>
        SpecialRanges.Never.Overlaps(target) ? " (special-purpose addresses are never scanned)"
        : SpecialRanges.Private.Overlaps(target) && !_scopes.All(scope => scope.AllowPrivate) ? " (private addresses need allowPrivate)"
        : "";

    private static AddressSet Ranges(IEnumerable<string> rules) =>
        new(Rules(rules).Where(rule => rule.Range is not null).Select(rule => rule.Range!.Value));

    private static IEnumerable<ScopeRule> Rules(IEnumerable<string> rules) =>
        rules.Select(text => ScopeRule.TryParse(text, out var rule, out var problem) ? rule : throw new FormatException(problem));
}
