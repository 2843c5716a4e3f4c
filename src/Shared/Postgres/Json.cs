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

    public static IReadOnlyDictionary<string, string> ReadLabels(string text) =>
        JsonSerializer.Deserialize(text, MessageJson.Default.IReadOnlyDictionaryStringString)!;

    public static string Write(IReadOnlyDictionary<string, Guid> sources) =>
        JsonSerializer.Serialize(sources, MessageJson.Default.IReadOnlyDictionaryStringGuid);

    public static string Write(IReadOnlyList<ScanScope> scope) => JsonSerializer.Serialize(scope, MessageJson.Default.IReadOnlyListScanScope);

    public static string Write(CompletionPolicy policy) => JsonSerializer.Serialize(policy, MessageJson.Default.CompletionPolicy);

    /// <summary>Written anew, so that what a person typed with raw characters is stored as ASCII.</summary>
    public static string Write(JsonElement element) => JsonSerializer.Serialize(element, MessageJson.Default.JsonElement);

    /// <summary>PostgreSQL reads the durations too, which it keeps to the microsecond.</summary>
    public static string Write(TaskTimeouts timeouts) => JsonSerializer.Serialize(
        new TaskTimeouts(Rounded(timeouts.Queue), Rounded(timeouts.Run), Rounded(timeouts.Heartbeat)), MessageJson.Default.TaskTimeouts);

    public static string Write(IReadOnlyList<ScanWindow> windows) => JsonSerializer.Serialize(windows, MessageJson.Default.IReadOnlyListScanWindow);

    public static TaskTimeouts? ReadTimeouts(string? text) =>
        text is null ? null : JsonSerializer.Deserialize(text, MessageJson.Default.TaskTimeouts);

    public static IReadOnlyList<ScanWindow> ReadWindows(string text) =>
        JsonSerializer.Deserialize(text, MessageJson.Default.IReadOnlyListScanWindow)!;

    private static TimeSpan? Rounded(TimeSpan? time) => time is { } span
        ? new TimeSpan(span.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond) : null;

    public static CompletionPolicy ReadPolicy(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.CompletionPolicy)!;

    public static IReadOnlyDictionary<string, Guid>? ReadSources(string? text) =>
        text is null ? null : JsonSerializer.Deserialize(text, MessageJson.Default.IReadOnlyDictionaryStringGuid);

    public static IReadOnlyList<ScanScope> ReadScope(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.IReadOnlyListScanScope)!;

    public static ScanScope ReadSingleScope(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.ScanScope)!;

    public static JsonElement ReadElement(string text) => JsonSerializer.Deserialize(text, MessageJson.Default.JsonElement);
}
