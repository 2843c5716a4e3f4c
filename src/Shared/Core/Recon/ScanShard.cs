using System.Globalization;

namespace TaskMesh.Core.Recon;

/// <summary>
/// A part of a scan's order: parts of the same plan and seed never overlap, and together are the whole. Either one of so many equal ones, or the
/// places from one to another.
/// </summary>
public readonly record struct ScanShard
{
    public static readonly ScanShard Whole = new(1, 1);

    private readonly int _part;
    private readonly int _parts;
    private readonly ulong _first;
    private readonly ulong _end;

    /// <param name="part">From 1 to <paramref name="parts"/>.</param>
    public ScanShard(int part, int parts) => (_part, _parts) = (part, parts);

    private ScanShard(ulong first, ulong end) => (_first, _end) = (first, end);

    /// <param name="end">The place behind the last one.</param>
    public static ScanShard Places(ulong first, ulong end) => new(first, end);

    public static ScanShard Parse(string text) => TryParse(text, out var shard) ? shard : throw new FormatException($"'{text}' {Rule}");

    /// <summary>What is wrong with a text that is none.</summary>
    public const string Rule = "is not a part of a whole, such as 2/5, or places, such as 5000-8999";

    /// <summary>"2/5" is the second of five, "5000-8999" are 4,000 places.</summary>
    public static bool TryParse(string text, out ScanShard shard)
    {
        shard = Whole;
        if (text.Split('/') is [var part, var parts] && TryNumber(part, int.MaxValue, out var number) && TryNumber(parts, int.MaxValue, out var count)
            && number > 0 && number <= count)
            shard = new((int)number, (int)count);
        else if (text.Split('-') is [var from, var to] && TryNumber(from, long.MaxValue, out var first) && TryNumber(to, long.MaxValue, out var last)
            && first <= last)
            shard = Places(first, last + 1);
        else
            return false;
        return true;
    }

    /// <summary>Cuts places into parts that differ by one at most.</summary>
    public static IEnumerable<(ulong First, ulong End)> Cut(ulong first, ulong end, int parts) =>
        Enumerable.Range(0, parts).Select(part => (first + At(end - first, part, parts), first + At(end - first, part + 1, parts)));

    /// <summary>The places of this part, up to the one behind the last.</summary>
    /// <param name="count">Of the whole order.</param>
    /// <param name="resumeAt">What an earlier attempt has left, of which others may have taken the end.</param>
    public (ulong First, ulong End) Of(ulong count, ScanCheckpoint? resumeAt = null)
    {
        var (first, end) = _parts > 0
            ? (At(count, _part - 1, _parts), At(count, _part, _parts))
            : (Math.Min(_first, count), Math.Min(_end, count));
        return (first, Math.Clamp(resumeAt?.End ?? end, first, end));
    }

    /// <summary>How many of so many places are in this part, or in the largest of as many parts.</summary>
    public UInt128 Most(UInt128 whole) => _parts > 0
        ? (whole + (UInt128)(_parts - 1)) / (UInt128)_parts
        : UInt128.Min(_end, whole) - UInt128.Min(_first, whole);

    public override string ToString() => _parts > 0 ? $"{_part}/{_parts}" : $"{_first}-{_end - 1}";

    private static ulong At(ulong count, int part, int parts) => (ulong)((UInt128)count * (ulong)part / (ulong)parts);

    private static bool TryNumber(string text, long most, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= (ulong)most;
}
