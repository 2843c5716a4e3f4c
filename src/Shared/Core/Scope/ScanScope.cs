namespace TaskMesh.Core.Scope;

/// <summary>What may be scanned, who said so, and until when. What no rule allows is denied; a deny rule beats every allow rule.</summary>
/// <param name="Authoriser">Who gave the permission.</param>
/// <param name="Reference">Where it is written down: a contract, a ticket.</param>
/// <param name="Allow">Addresses, CIDR blocks, ranges; names (<c>example.com</c>) and names with all below them (<c>*.example.com</c>).</param>
/// <param name="Deny">The same forms.</param>
/// <param name="AllowPrivate">Whether rules may reach private, loopback and documentation addresses (<see cref="SpecialRanges.Private"/>).</param>
public sealed record ScanScope(
    string Authoriser,
    string Reference,
    DateTimeOffset ValidFrom,
    DateTimeOffset ValidUntil,
    IReadOnlyList<string> Allow,
    IReadOnlyList<string>? Deny = null,
    bool AllowPrivate = false)
{
    /// <summary>Every fault of the scope in words, empty when it can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Authoriser))
            yield return "authoriser: name who gave the permission";
        if (string.IsNullOrWhiteSpace(Reference))
            yield return "reference: name the contract or ticket that holds the permission";
        if (ValidUntil <= ValidFrom)
            yield return $"validUntil: {ValidUntil:u} is not after validFrom {ValidFrom:u}";
        foreach (var (field, rules) in new[] { ("allow", Allow), ("deny", Deny ?? []) })
        {
            foreach (var rule in rules)
            {
                if (!ScopeRule.TryParse(rule, out _, out var problem))
                    yield return $"{field}: {problem}";
            }
        }
    }
}
