using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>Names as they stand in messages (RFC 1035 sections 3.1 and 4.1.4).</summary>
/// <remarks>
/// <code>
///  label: length 0-63, so many bytes; 0 ends the name.   pointer: two bytes, 11 and 14 bits of where in the message the name goes on
/// </code>
/// A pointer must lead before everything that was read of the name so far, so each name ends after as many steps as the message has bytes.
/// </remarks>
public static class DnsName
{
    /// <summary>In bytes, with the zero at the end.</summary>
    public const int Longest = 255;

    public const int LongestLabel = 63;

    private const int PointerMark = 0xC0;

    /// <summary>Moves behind a name without following its pointers.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int offset)
    {
        for (var length = 0; (uint)offset < (uint)message.Length;)
        {
            int size = message[offset++];
            if (size == 0)
                return true;
            if (size >= PointerMark)
                return offset++ < message.Length;
            offset += size;
            length += size + 1;
            if (size > LongestLabel || length >= Longest)
                return false;
        }
        return false;
    }

    /// <summary>Writes out a name with its pointers followed, and moves behind it.</summary>
    /// <param name="name">Room for the longest one.</param>
    public static bool TryExpand(ReadOnlySpan<byte> message, ref int offset, Span<byte> name, out int length)
    {
        length = 0;
        var (place, start, hasJumped) = (offset, offset, false);
        while ((uint)place < (uint)message.Length)
        {
            int size = message[place];
            if (size >= PointerMark)
            {
                if (place + 1 >= message.Length)
                    return false;
                var target = ((size & ~PointerMark) << 8) | message[place + 1];
                if (!hasJumped)
                    offset = place + 2;
                hasJumped = true;
                if (target >= start)
                    return false;
                place = start = target;
                continue;
            }
            if (size > LongestLabel || length + size + 1 > Longest || place + 1 + size > message.Length)
                return false;
            message.Slice(place, size + 1).CopyTo(name[length..]);
            length += size + 1;
            place += size + 1;
            if (size > 0)
                continue;
            if (!hasJumped)
                offset = place;
            return true;
        }
        return false;
    }

    /// <summary>Names are the same in any case of letters (RFC 4343).</summary>
    public static bool AreSame(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Ascii.EqualsIgnoreCase(left, right) || SameBytes(left, right);

    /// <summary>As in zone files, without the dot at the end: what is no letter, digit, hyphen or underscore is \DDD or \ and itself.</summary>
    /// <param name="name">Without pointers.</param>
    public static string Text(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 1)
            return ".";
        var text = new StringBuilder(name.Length);
        for (var place = 0; name[place] > 0; place += name[place] + 1)
        {
            if (place > 0)
                text.Append('.');
            foreach (var letter in name.Slice(place + 1, name[place]))
                Append(text, letter);
        }
        return text.ToString();
    }

    /// <summary>The wire's form of a name of letters, digits, hyphens and underscores.</summary>
    /// <exception cref="FormatException">It is too long, or has labels that are none.</exception>
    public static byte[] Parse(string text)
    {
        var labels = text.Split('.');
        var name = new byte[text.Length + 2];
        var place = 0;
        foreach (var label in labels)
        {
            if (label.Length is 0 or > LongestLabel || name.Length > Longest || !Ascii.IsValid(label))
                throw new FormatException($"'{text}' is no name: labels have 1 to {LongestLabel} bytes, names {Longest} at most.");
            name[place++] = (byte)label.Length;
            place += Encoding.ASCII.GetBytes(label.ToLowerInvariant(), name.AsSpan(place));
        }
        return name;
    }

    internal static void Append(StringBuilder text, byte letter)
    {
        if (char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'-' or (byte)'_' or (byte)'*' or (byte)'/')
            text.Append((char)letter);
        else if (letter is > 0x20 and < 0x7F)
            text.Append('\\').Append((char)letter);
        else
            text.Append('\\').Append($"{letter:000}");
    }

    /// <summary>Bytes that are no ASCII are the same only as themselves.</summary>
    private static bool SameBytes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            return false;
        for (var place = 0; place < left.Length; place++)
        {
            if (Lower(left[place]) != Lower(right[place]))
                return false;
        }
        return true;
    }

    private static int Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? letter | 0x20 : letter;
}
