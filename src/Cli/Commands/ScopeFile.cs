using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Commands;

/// <summary>A scope as people keep it: a JSON file (docs/scanning.md).</summary>
internal static class ScopeFile
{
    /// <exception cref="CliException">It cannot be used; the message holds every fault.</exception>
    public static ScanScope Read(FileInfo file)
    {
        try
        {
            var scope = JsonSerializer.Deserialize(File.ReadAllText(file.FullName), MessageJson.Default.ScanScope)
                ?? throw new CliException(ExitCode.Usage, $"{file}: holds no scope");
            return scope.Problems().ToArray() is { Length: > 0 } problems
                ? throw new CliException(ExitCode.Usage, string.Join(Environment.NewLine, problems.Select(problem => $"{file}: {problem}")))
                : scope;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{file}: {(e is JsonException json ? JsonFault.Sentence(json) : e.Message)}", e);
        }
    }
}
