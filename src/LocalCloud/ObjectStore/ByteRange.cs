using System.Globalization;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>One range of bytes (RFC 9110, section 14.1.2), both ends included.</summary>
public readonly record struct ByteRange(long First, long Last)
{
    private const string Unit = "bytes=";

    public long Length => Last - First + 1;

    /// <summary>
    /// Reads a Range header for content of a size. Null if there is none, or none that a server must heed: another unit, several ranges,
    /// or nonsense. A range that begins behind the end is S3's InvalidRange.
    /// </summary>
    public static ByteRange? Parse(string? header, long size)
    {
        if (header is null || !header.StartsWith(Unit, StringComparison.Ordinal) || header[Unit.Length..].Split('-') is not [var from, var to])
            return null;
        if (from.Length == 0)
            return Number(to) is { } tail ? Checked(size - Math.Min(tail, size), size - 1, size) : null;
        if (Number(from) is not { } first)
            return null;
        if (to.Length == 0)
            return Checked(first, size - 1, size);
        return Number(to) is { } last && last >= first ? Checked(first, Math.Min(last, size - 1), size) : null;
    }

    private static ByteRange Checked(long first, long last, long size) => first < size ? new ByteRange(first, last) : throw S3Errors.Range();

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
