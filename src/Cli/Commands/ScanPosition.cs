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
            var saved = JsonNode.Parse(File.ReadAllText(file.FullName))!.AsObject();
            var before = saved["input"]!.AsObject();
            if (saved["kind"]!.GetValue<string>() != kind || same.FirstOrDefault(field => !JsonNode.DeepEquals(before[field], input[field])) is { })
                throw new CliException(ExitCode.Usage, $"{file} belongs to another scan: give the same targets, ports and shard, or remove it.");
            return new(before["seed"]!.GetValue<ulong>(), saved["checkpoint"]!.DeepClone());
        }
        catch (Exception problem) when (problem is JsonException or IOException or NullReferenceException or InvalidOperationException)
        {
            throw new CliException(ExitCode.Usage, $"{file} is no position of a scan.", problem);
        }
    }
}
