using System.CommandLine;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Cli.Commands;

/// <summary>Options that mean the same wherever they stand.</summary>
internal static class CommonOptions
{
    public static Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "How data is written to standard output.",
        HelpName = "text|json|jsonl|none",
        Recursive = true,
    };

    public static Option<string> Reason() => new("--reason") { Description = "Why; kept in the audit trail.", Required = true };

    public static Argument<Guid> Id(string description) => new("id")
    {
        Description = description,
        CustomParser = result =>
        {
            if (!Guid.TryParse(result.Tokens[0].Value, out var id))
                result.AddError($"id: '{result.Tokens[0].Value}' is none; `taskmesh ls` lists those of collections, `taskmesh show` of their tasks");
            return id;
        },
    };

    public static TimeSpan? DurationOf(this ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return Duration.TryParse(text, out var duration)
            ? duration
            : throw new CliException(ExitCode.Usage, $"{option.Name}: '{text}' is not a number and one of ns, us, ms, s, m, h");
    }

    public static Printer Printer(this ParseResult parsed) => new(parsed.GetValue(Output), parsed.InvocationConfiguration.Output);
}
