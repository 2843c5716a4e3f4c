using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Fleet;

/// <summary>How many workers there shall be without any work, so that the first task need not wait for a boot.</summary>
/// <param name="When">Null means always.</param>
public sealed record MinimumFleet(int Workers, ScanWindow? When)
{
    /// <summary>As people write it: <c>number</c> or <c>number [days ]from-to zone</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MinimumFleet? minimum)
    {
        minimum = null;
        var parts = text.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        ScanWindow? window = null;
        if (parts.Length == 0 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var workers)
            || parts.Length == 2 && (!ScanWindow.TryParse(parts[1], out window) || window.Problems().Any()))
            return false;
        minimum = new MinimumFleet(workers, window);
        return true;
    }

    public int At(DateTimeOffset now) =>
        When is not null && ScanCalendar.Closed([When], now) is { } closed && closed.Since <= now ? 0 : Workers;
}
