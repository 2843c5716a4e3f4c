using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskMesh.Cli.Commands;

/// <summary>What an interrupted scan left in its file: the seed of its order, and how far it had come.</summary>
internal sealed record ScanPosition(ulong Seed, JsonNode Checkpoint)
{
    /// <param name="same">The fields of the input that make it the same scan.</param>
    /// <returns>Null where there is no file yet.</returns>
    /// <exception cref="CliException">The file belongs to another scan, or is none.</exception>
    public static ScanPosition? Read(FileInfo? file, string kind, JsonObject input, IEnumerable<string> same)
    {
        if (file is not { Exists: true })
            return null;
        try
        {
            return Parse(File.ReadAllText(file.FullName), kind, input, same);
        }
        catch (Exception problem) when (problem is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{file} {(problem is FormatException ? problem.Message : "is no position of a scan.")}", problem);
        }
    }

    /// <exception cref="FormatException">As above.</exception>
    internal static ScanPosition Parse(string text, string kind, JsonObject input, IEnumerable<string> same)
    {
        if (Node(text) is not JsonObject saved || saved["kind"] is not { } itsKind || saved["checkpoint"] is not { } checkpoint
            || saved["input"] is not JsonObject before || before["seed"] is not JsonValue value || !value.TryGetValue<ulong>(out var seed))
            throw new FormatException("is no position of a scan.");
        return JsonNode.DeepEquals(itsKind, kind) && same.All(field => JsonNode.DeepEquals(before[field], input[field]))
            ? new(seed, checkpoint.DeepClone())
            : throw new FormatException("belongs to another scan: give the same targets, ports and shard, or remove it.");
    }

    private static JsonNode? Node(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
