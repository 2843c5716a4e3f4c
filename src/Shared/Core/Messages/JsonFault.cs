using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskMesh.Core.Messages;

/// <summary>What is wrong with JSON that people wrote, in their words, without the names of our types, which are nothing to them.</summary>
/// <param name="Line">From 1; null where nobody knows.</param>
/// <param name="Column">From 1, in characters.</param>
public sealed partial record JsonFault(int? Line, int? Column, string Words)
{
    private static readonly JsonReaderOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = MessageReader.MaxDepthOfCollection,
    };

    /// <summary>The serializer's sentences, of which what is not here is taken as it is.</summary>
    private static readonly (Regex Said, string Words)[] Sentences =
    [
        (new("^The input does not contain any JSON tokens"), "there is no JSON here"),
        (new("^Expected depth to be zero"), "the text ends before every { and [ is closed"),
        (new("^Expected end of string"), "a text is not closed by \""),
        (new("^The JSON (object|array) contains a trailing comma"), "there is a comma behind the last value of the $1"),
        (new("^'(.+)' is an invalid start of a property name"), "a field's name in double quotes belongs here, not '$1'"),
        (new("^'(.+)' is invalid after a property name"), "a colon belongs here, not '$1'"),
        (new("^'(.+)' is an invalid start of a value"), "a value belongs here, not '$1'"),
        (new("^'(.+)' is invalid after a value"), "a comma or a closing bracket belongs here, not '$1'"),
        (new("^'(.+)' is an invalid JSON literal. Expected the literal '(.+)'"), "this is no value; '$2' would be"),
        (new("^Invalid leading zero"), "a number begins with 0"),
        (new("^'(.+)' is (?:an invalid end of|invalid within) a number"), "'$1' does not belong to a number"),
        (new("^'(.+)' is invalid without a matching open"), "there is no '{' or '[' to this '$1'"),
        (new("^'(.+)' is invalid after a single JSON value"), "nothing may follow the end of the JSON, and '$1' does"),
        (new("^'0x0[AD]' is invalid within a JSON string"), "a line ends within a text: close it by \", or write \\n"),
        (new("^'(.+)' is invalid within a JSON string"), "the character $1 is to be escaped within a text"),
        (new("^'(.+)' is an invalid escapable character"), "there is no escape \\$1"),
        (new("^'.+' is not a hex digit"), "\\u needs four hexadecimal digits"),
        (new("^Duplicate property '(.+)' encountered"), "the field '$1' is there twice"),
        (new("^The maximum configured depth of ([0-9]+)"), "values are nested deeper than $1"),
        (new("^The JSON property '(.+)' could not be mapped"), "there is no field '$1' here"),
        (new("was missing required properties including: (.*?)\\.?$"), "these fields are missing: $1"),
        (new("'[^']+' on type .* doesn't allow (?:setting )?null"), "null may not stand here"),
        (new("^Read unrecognized type discriminator id '(.+)'"), "there is no type '$1' here"),
        (new(@"System\.U?Int|in a supported format, or is out of bounds"), "a whole number belongs here, and not too large a one"),
        (new(@"System\.(?:Double|Decimal)|as a number"), "a number belongs here"),
        (new("System.Boolean|as a boolean"), "true or false belongs here"),
        (new(@"(?:to|\[)System\.Date| DateTime"), "a time such as 2026-01-31T08:00:00Z belongs here"),
        (new(@"System\.Guid| Guid"), "an id belongs here"),
        (new(@"to System\.Collections\.Generic\.\w*Dictionary"), "an object in { } belongs here"),
        (new(@"to (?:System\.Collections|.*\[\]\.)"), "a list in [ ] belongs here"),
        (new(@"to System\.String|as a string"), "a text in double quotes belongs here"),
        (new("could not be converted"), "this value has another form than it should"),
        (new("must specify a type discriminator"), "an object that needs a \"type\" has none"),
    ];

    /// <param name="json">What was read.</param>
    public static JsonFault Of(JsonException error, ReadOnlySpan<byte> json)
    {
        var words = WordsOf(error.Message, error.InnerException?.Message);
        if (Named().Match(error.Message) is { Success: true } named && IndexOf(json, named.Groups[1].Value) is { } field)
            return At(field, json, words);
        // What is missing in the whole is nowhere.
        if (error is not { LineNumber: { } line, BytePositionInLine: { } column } || IsMissing().IsMatch(error.Message) && error.Path is null or "$")
            return new(null, null, words);
        var index = Index(json, line, column);
        return error.InnerException is JsonException || error.GetType() != typeof(JsonException)
            ? At(index, json, words) : At(StartOf(json, index), json, $"{FieldOf(error.Path)}{words}");
    }

    /// <summary>The serializer's word for an object without a "type" says the place in its message only.</summary>
    public static JsonFault Of(NotSupportedException error, ReadOnlySpan<byte> json)
    {
        var (words, place) = (WordsOf(error.Message, null), Place().Match(error.Message));
        return place.Groups[2].Success
            ? At(StartOf(json, Index(json, Number(place, 2), Number(place, 3))), json, $"{FieldOf(place.Groups[1].Value)}{words}")
            : new(null, null, words);

        static long Number(Match match, int group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    public override string ToString() => Line is null ? Words : $"line {Line}, column {Column}: {Words}";

    private static string WordsOf(string message, string? cause)
    {
        foreach (var (said, words) in Sentences)
        {
            var match = cause is not null && said.Match(cause) is { Success: true } inner ? inner : said.Match(message);
            if (match.Success)
                return match.Result(words);
        }
        return Place().Replace(message, "").Trim().TrimEnd('.');
    }

    private static string FieldOf(string? path) => path is { Length: > 2 } ? $"{path[2..]}: " : "";

    private static JsonFault At(int index, ReadOnlySpan<byte> json, string words)
    {
        var before = json[..index];
        var line = before[(before.LastIndexOf((byte)'\n') + 1)..];
        return new(before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(line) + 1, words);
    }

    private static int Index(ReadOnlySpan<byte> json, long line, long column)
    {
        var start = 0;
        for (; line > 0; line--)
            start += json[start..].IndexOf((byte)'\n') + 1;
        return (int)long.Min(start + column, json.Length);
    }

    /// <returns>Where the last field of that name stands.</returns>
    private static int? IndexOf(ReadOnlySpan<byte> json, string field)
    {
        int? found = null;
        var reader = new Utf8JsonReader(json, Lenient);
        while (Read(ref reader))
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(field))
                found = (int)reader.TokenStartIndex;
        }
        return found;
    }

    /// <returns>Where the value begins at whose end that is.</returns>
    private static int StartOf(ReadOnlySpan<byte> json, int end)
    {
        var start = end;
        var reader = new Utf8JsonReader(json, Lenient);
        while (Read(ref reader) && reader.TokenStartIndex < end)
            start = (int)reader.TokenStartIndex;
        return start;
    }

    private static bool Read(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(?: Path: (\S+) \|)? LineNumber: ([0-9]+) \| BytePositionInLine: ([0-9]+)\.")]
    private static partial Regex Place();

    [GeneratedRegex("missing required")]
    private static partial Regex IsMissing();

    [GeneratedRegex("^(?:Duplicate property|The JSON property) '(.+?)' ")]
    private static partial Regex Named();
}
