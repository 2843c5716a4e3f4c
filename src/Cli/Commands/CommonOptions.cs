using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
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
        CustomParser = result =>
        {
            var given = result.Tokens[0].Value;
            if (!Enum.TryParse<OutputFormat>(given, ignoreCase: true, out var format) || char.IsAsciiDigit(given[0]))
                result.AddError($"--output: '{given}' is none of text, json, jsonl and none; to write to a file, redirect with > FILE");
            return format;
        },
    };

    /// <summary>Refuses other formats than those that the command prints.</summary>
    /// <param name="formats">The first is what it prints unless told.</param>
    public static Command PrintsOnly(this Command command, params OutputFormat[] formats)
    {
        command.Validators.Add(result =>
        {
            if (result.GetResult(Output) is { Implicit: false } given && !formats.Contains(given.GetValueOrDefault<OutputFormat>()))
                result.AddError($"--output: this command prints {string.Join(", ", formats.Select(format => $"{format}".ToLowerInvariant()))} only");
        });
        return command;
    }

    public static Option<string> Reason() => new("--reason") { Description = "Why; kept in the audit trail.", Required = true };

    public static Option<int> Limit(int otherwise)
    {
        var limit = new Option<int>("--limit") { Description = "How many at most, 1 to 10,000.", DefaultValueFactory = _ => otherwise };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_000)
                result.AddError("--limit: not from 1 to 10,000");
        });
        return limit;
    }

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

    public static CliException NoOrganisation(string name) =>
        new(ExitCode.Usage, $"--organisation: there is no '{name}'; `taskmesh scope set` makes one");

    /// <summary>Tells the mesh something and prints what is so now.</summary>
    /// <param name="now">A sentence.</param>
    public static async Task SteerAsync(
        this ParseResult parsed, MeshClient mesh, ControlAction action, Option<string> reason, string now, CancellationToken cancellation) =>
        parsed.Tell(await mesh.SteerAsync(action, parsed.GetRequiredValue(reason), cancellation), now);

    /// <param name="control">The id under which the audit trail has it.</param>
    public static void Tell(this ParseResult parsed, Guid control, string now)
    {
        var printer = parsed.Printer();
        printer.One(new Steered(Schema.Steered, control, now), () => printer.Text(now));
    }

    public static TimeSpan? DurationOf(this ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return Duration.TryParse(text, out var duration)
            ? duration
            : throw new CliException(ExitCode.Usage, $"{option.Name}: '{text}' is not a number and one of ns, us, ms, s, m, h");
    }

    public static Printer Printer(this ParseResult parsed) => new(parsed.GetValue(Output), parsed.InvocationConfiguration.Output);

    private sealed record Steered(string Schema, Guid Id, string Now);
}
