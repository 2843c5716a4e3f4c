using System.Diagnostics.CodeAnalysis;

namespace TaskMesh.Core.Scope;

/// <summary>One line of a scope: a range of addresses, or a name, with all names below it when it begins with "*.".</summary>
public readonly record struct ScopeRule(AddressRange? Range, string? Name, bool WithSubdomains)
{
    public static bool TryParse(string text, out ScopeRule rule, [NotNullWhen(false)] out string? problem)
    {
        rule = default;
        if (AddressRange.TryParse(text, out var range, out problem))
        {
            rule = new(range, null, false);
            return true;
        }
        var withSubdomains = text.StartsWith("*.", StringComparison.Ordinal);
        var name = DomainName.Normalise(withSubdomains ? text[2..] : text);
        // "192.0.2.256" is a mistyped address and no name: no top-level domain is a number.
        if (name is null || name.Split('.')[^1].All(char.IsAsciiDigit))
            return false;
        rule = new(null, name, withSubdomains);
        problem = null;
        return true;
    }

    public bool Matches(string name) =>
        Name is not null && (name == Name || (WithSubdomains && name.EndsWith($".{Name}", StringComparison.Ordinal)));
}
