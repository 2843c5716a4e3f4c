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
        var scope = JsonText.Read($"{file}").As(json => JsonSerializer.Deserialize(json, MessageJson.Default.ScanScope))
            ?? throw new CliException(ExitCode.Usage, $"{file}: holds no scope");
        return scope.Problems().ToArray() is { Length: > 0 } problems
            ? throw new CliException(ExitCode.Usage, string.Join(Environment.NewLine, problems.Select(problem => $"{file}: {problem}")))
            : scope;
    }
}
