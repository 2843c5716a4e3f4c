using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary>The scope of a scan from this machine: targets given are none.</summary>
internal static class ScanScopeFile
{
    public const string Variable = "TASKMESH_SCOPE";

    /// <param name="given">Null for the file that the environment names.</param>
    /// <param name="excluded">One more thing that the scope denies, as is what stands in <paramref name="excludedFile"/>.</param>
    /// <exception cref="CliException">There is none, or it cannot be used.</exception>
    public static async Task<JsonNode?> ReadAsync(
        FileInfo? given, IReadOnlyList<string> excluded, string? excludedFile, CancellationToken cancellation)
    {
        var file = given
            ?? (ProcessEnvironment.Read().GetValueOrDefault(Variable) is { Length: > 0 } configured ? new FileInfo(configured) : null)
            ?? throw new CliException(
                ExitCode.Refused, $"No scope is given, so nothing may be scanned: name one with --scope FILE or {Variable} (docs/scanning.md).");
        var scope = ScopeFile.Read(file);
        var denied = await TargetList.ReadAsync(excluded, excludedFile, cancellation, mayBeEmpty: true);
        return JsonSerializer.SerializeToNode(
            scope with { Deny = [.. scope.Deny ?? [], .. denied.Select(range => range.ToString())] }, MessageJson.Default.ScanScope);
    }
}
