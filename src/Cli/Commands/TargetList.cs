using System.Net;
using System.Net.Sockets;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Commands;

/// <summary>
/// Targets as people write them: addresses, CIDR blocks, ranges and names, with commas, blanks or lines between and comments behind #.
/// </summary>
internal static class TargetList
{
    private static readonly char[] Separators = [',', ' ', '\t', '\r', '\n'];

    /// <param name="file">
    /// A file, "-" for standard input, or null; then standard input is read where nothing is given and somebody writes to it.
    /// </param>
    /// <exception cref="CliException">One of them is none, or there are none; the message says which.</exception>
    public static async Task<AddressSet> ReadAsync(
        IReadOnlyList<string> given, string? file, CancellationToken cancellation, bool mayBeEmpty = false) =>
        new((await ReadNamedAsync(given, file, cancellation, mayBeEmpty)).Select(target => target.Range));

    /// <summary>As <see cref="ReadAsync"/>, with the names that led to addresses.</summary>
    /// <exception cref="CliException">As there.</exception>
    public static async Task<IReadOnlyList<ScanTarget>> ReadNamedAsync(
        IReadOnlyList<string> given, string? file, CancellationToken cancellation, bool mayBeEmpty = false)
    {
        var targets = new List<ScanTarget>();
        foreach (var target in await ReadTextsAsync(given, file, cancellation, mayBeEmpty))
            targets.AddRange(await ParseAsync(target, cancellation));
        return targets;
    }

    /// <summary>Leaves out what the scope refuses of a name's addresses, unless it refuses all of them: then the name is.</summary>
    /// <param name="leftOut">Hears a sentence for each.</param>
    public static IReadOnlyList<ScanTarget> Within(
        IReadOnlyList<ScanTarget> targets, ScopeGuard guard, DateTimeOffset now, Action<string> leftOut)
    {
        var refusals = targets.Where(target => target.Name is not null)
            .Distinct().ToDictionary(target => target, target => guard.Refusal(target.Range, now));
        var allowed = refusals.Where(each => each.Value is null).Select(each => each.Key.Name).ToHashSet();
        var without = refusals.Where(each => each.Value is not null && allowed.Contains(each.Key.Name)).ToDictionary();
        foreach (var (target, refusal) in without)
            leftOut($"{target.Name} is not asked at {target.Range}: {refusal}.");
        return [.. targets.Where(target => !without.ContainsKey(target))];
    }

    /// <summary>As above, and as they are written.</summary>
    public static async Task<IReadOnlyList<string>> ReadTextsAsync(
        IReadOnlyList<string> given, string? file, CancellationToken cancellation, bool mayBeEmpty = false)
    {
        var texts = new List<string>(given);
        if (file is null && given.Count == 0 && !mayBeEmpty && Console.IsInputRedirected)
            file = "-";
        if (file is not null)
            texts.Add(await ReadFileAsync(file, cancellation));
        string[] targets = [.. texts.SelectMany(Split)];
        return targets.Length > 0 || mayBeEmpty
            ? targets
            : throw new CliException(ExitCode.Usage, "There are no targets: give some as arguments, with --list FILE or on standard input.");
    }

    private static async Task<string> ReadFileAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return file == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(file, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"The targets cannot be read: {problem.Message}", problem);
        }
    }

    private static IEnumerable<string> Split(string text) =>
        from line in text.Split('\n')
        from target in line.Split('#')[0].Split(Separators, StringSplitOptions.RemoveEmptyEntries)
        select target;

    private static async Task<IEnumerable<ScanTarget>> ParseAsync(string target, CancellationToken cancellation)
    {
        if (AddressRange.TryParse(target, out var range, out var problem))
            return [new(range, Name: null)];
        // What could be a name has a letter and none of the signs of ranges.
        if (DomainName.Normalise(target) is not { } name || !name.Any(char.IsAsciiLetter) || target.Contains(':', StringComparison.Ordinal))
            throw new CliException(ExitCode.Usage, $"{problem}.");
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(name, cancellation);
            return addresses.Select(Address.From).Select(address => new ScanTarget(new(address, address), name));
        }
        catch (SocketException)
        {
            throw new CliException(ExitCode.Usage, $"'{target}' is no address, and no name that can be resolved.");
        }
    }
}

/// <param name="Name">What led to the address; null where the user gave addresses.</param>
internal sealed record ScanTarget(AddressRange Range, string? Name);
