using System.Globalization;

namespace TaskMesh.Core.Recon;

/// <summary>A part of a scan's order: parts of the same plan and seed never overlap, and together are the whole.</summary>
/// <param name="Part">From 1 to <paramref name="Parts"/>.</param>
public readonly record struct ScanShard(int Part, int Parts)
{
    public static readonly ScanShard Whole = new(1, 1);

    public static ScanShard Parse(string text) =>
        TryParse(text, out var shard) ? shard : throw new FormatException($"'{text}' is not a part of a whole, such as 2/5");

    /// <summary>"2/5" is the second of five.</summary>
    public static bool TryParse(string text, out ScanShard shard)
    {
        shard = Whole;
        if (text.Split('/') is not [var part, var parts]
            || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(parts, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || number < 1 || number > count)
            return false;
        shard = new(number, count);
        return true;
    }

    public override string ToString() => $"{Part}/{Parts}";
}
