using System.Globalization;

namespace TaskMesh.Core.Scope;

/// <summary>Host names in one normal form: lower case, ASCII (IDNA, RFC 5891), no trailing dot, labels of 1 to 63 bytes (RFC 1035).</summary>
public static class DomainName
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private static readonly IdnMapping Idna = new() { UseStd3AsciiRules = false };

    /// <summary>The normal form, or null when <paramref name="text"/> is no host name.</summary>
    public static string? Normalise(string text)
    {
        var name = text.EndsWith('.') ? text[..^1] : text;
        if (!name.All(char.IsAscii))
        {
            try
            {
                name = Idna.GetAscii(name);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
        name = name.ToLowerInvariant();
        return name.Length is > 0 and <= LongestName && name.Split('.').All(IsLabel) ? name : null;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
        && label[0] != '-' && label[^1] != '-';
}
