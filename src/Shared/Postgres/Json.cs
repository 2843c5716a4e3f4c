using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres;

/// <summary>Small values that rows keep as JSON text, ASCII only.</summary>
internal static class Json
{
    public static string Write(IReadOnlyDictionary<string, string> labels) =>
        JsonSerializer.Serialize(labels, MessageJson.Default.IReadOnlyDictionaryStringString);

    public static string Write(IReadOnlyDictionary<string, Guid> sources) =>
        JsonSerializer.Serialize(sources, MessageJson.Default.IReadOnlyDictionaryStringGuid);

    public static string Write(IReadOnlyList<ScanScope> scope) => JsonSerializer.Serialize(scope, MessageJson.Default.IReadOnlyListScanScope);

    public static string Write(CompletionPolicy policy) => JsonSerializer.Serialize(policy, MessageJson.Default.CompletionPolicy);

    /// <summary>Written anew, so that what a person typed with raw characters is stored as ASCII.</summary>
    public static string Write(JsonElement element) => JsonSerializer.Serialize(element, MessageJson.Default.JsonElement);

    public static CompletionPolicy ReadPolicy(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.CompletionPolicy)!;

    public static IReadOnlyDictionary<string, Guid>? ReadSources(string? text) =>
        text is null ? null : JsonSerializer.Deserialize(text, MessageJson.Default.IReadOnlyDictionaryStringGuid);

    public static IReadOnlyList<ScanScope> ReadScope(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.IReadOnlyListScanScope)!;

    public static ScanScope ReadSingleScope(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.ScanScope)!;

    public static JsonElement ReadElement(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.JsonElement);
}
