using System.CommandLine;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Configuration;

namespace TaskMesh.Cli.Deploy;

/// <summary><c>taskmesh deploy check</c>: what a deployment to AWS would stumble over.</summary>
internal static class DeployCommand
{
    private static readonly Option<string> Packages = new("--packages")
    {
        Description = "The folder that make publish has filled.",
        DefaultValueFactory = _ => "artifacts/publish",
    };

    public static Command Create() => new("deploy", "The mesh on AWS.") { Check() };

    private static Command Check()
    {
        var command = new Command("check", "Print what a deployment to AWS needs, and what of it is missing. Changes nothing.") { Packages };
        command.SetAction(async (parsed, cancellation) =>
        {
            var check = new DeployCheck(
                (program, arguments) => Tools.RunAsync(program, arguments, cancellation),
                ProcessEnvironment.Read(),
                parsed.GetRequiredValue(Packages));
            var findings = await check.RunAsync();
            parsed.Printer().Rows(
                [.. findings.Select(finding => new Row(Schema.Finding, finding.Check, Verdict(finding), finding.Sentence))],
                ("CHECK", row => row.Check),
                ("VERDICT", row => row.Verdict),
                ("", row => row.Sentence));
            return findings.Any(finding => finding.IsGood == false) ? ExitCode.Failures : ExitCode.Success;
        });
        return command;
    }

    private static string Verdict(Finding finding) => finding.IsGood switch { true => "good", false => "missing", null => "unknown" };

    private sealed record Row(string Schema, string Check, string Verdict, string Sentence);
}
