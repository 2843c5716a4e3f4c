using System.Diagnostics.CodeAnalysis;
using TaskMesh.Core.Scope;

namespace TaskMesh.Tasks.Scans;

/// <summary>What a TLS scan connects to: addresses, or one address that is asked for one name, written "www.example.com@192.0.2.7".</summary>
/// <param name="Name">In its normal form; null for none of its own.</param>
public sealed record TlsTarget(AddressRange Range, string? Name)
{
    public static TlsTarget Parse(string text) =>
        TryParse(text, out var target, out var problem) ? target : throw new FormatException(problem);

    public static bool TryParse(string text, [NotNullWhen(true)] out TlsTarget? target, [NotNullWhen(false)] out string? problem)
    {
        target = null;
        problem = null;
        if (text.Split('@') is not [var asked, var place])
        {
            if (AddressRange.TryParse(text, out var range, out problem))
                target = new(range, Name: null);
        }
        else if (DomainName.Normalise(asked) is not { } name)
        {
            problem = $"'{asked}' is not a host name";
        }
        else if (Address.TryParse(place, out var address))
        {
            target = new(new(address, address), name);
        }
        else
        {
            problem = $"'{place}' is not an IPv4 or IPv6 address";
        }
        return target is not null;
    }
}
