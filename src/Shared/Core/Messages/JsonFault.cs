using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskMesh.Core.Messages;

/// <summary>What the serializer says of JSON that people wrote, without the names of our types, which are nothing to them.</summary>
public static partial class JsonFault
{
    public static string Sentence(JsonException error) =>
        Missing().Replace(Unknown().Replace(error.Message, "there is no field $1 here."), "these fields are missing: $1");

    [GeneratedRegex("The JSON property ('.*') could not be mapped to any .NET member contained in type '[^']*'\\.")]
    private static partial Regex Unknown();

    [GeneratedRegex("JSON deserialization for type '[^']*' was missing required properties including: (.*)")]
    private static partial Regex Missing();
}
