using System.Globalization;
using System.Text;

namespace TaskMesh.Cli.Output;

/// <summary>
/// Text from outside made safe to show: control characters, which could move the cursor or rename the window, and characters that turn the
/// direction of writing, which could hide what is there, are shown as escapes.
/// </summary>
public static class TerminalText
{
    public static string Safe(string text)
    {
        if (!text.EnumerateRunes().Any(IsUnsafe))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsUnsafe(rune))
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                safe.Append(rune);
        }
        return safe.ToString();
    }

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control
        or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned;
}
