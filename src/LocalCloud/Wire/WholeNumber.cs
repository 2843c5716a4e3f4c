using System.Globalization;

namespace TaskMesh.LocalCloud.Wire;

internal static class WholeNumber
{
    /// <summary>Digits alone, as a number; null for anything else.</summary>
    public static int? Parse(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
