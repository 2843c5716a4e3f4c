using TaskMesh.Core.Configuration;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Commands;

/// <summary>The scope of a scan from this machine: targets given are none.</summary>
internal static class ScanScopeFile
{
    public const string Variable = "TASKMESH_SCOPE";

    /// <param name="given">Null for the file that the environment names.</param>
    /// <exception cref="CliException">There is none, or it cannot be used.</exception>
    public static ScanScope Read(FileInfo? given) => ScopeFile.Read(
        given
            ?? (ProcessEnvironment.Read().GetValueOrDefault(Variable) is { Length: > 0 } configured ? new FileInfo(configured) : null)
            ?? throw new CliException(
                ExitCode.Refused, $"No scope is given, so nothing may be scanned: name one with --scope FILE or {Variable} (docs/scanning.md)."));
}
