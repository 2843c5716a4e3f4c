using TaskMesh.Aws;

namespace TaskMesh.Cli;

/// <summary>The command cannot go on; the message is all that its user needs to know.</summary>
public sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;

    public static CliException Of(AwsRefusal refusal) =>
        new(refusal.IsPermission ? Cli.ExitCode.Permission : Cli.ExitCode.Configuration, refusal.Sentence);
}
