using System.CommandLine;
using System.Text.RegularExpressions;
using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Cli;

public partial class CommandLineTests
{
    /// <summary>What users type is a promise: a changed word shows here.</summary>
    [Fact]
    public async Task The_help_of_every_command_is_the_approved_one()
    {
        var help = new StringWriter();
        foreach (var path in Paths(CommandLine.Create(), []))
        {
            await help.WriteLineAsync($"$ taskmesh {string.Join(' ', path.Append("--help"))}");
            var parsed = CommandLine.Create().Parse([.. path, "--help"]);
            Assert.Equal(0, await parsed.InvokeAsync(new InvocationConfiguration { Output = help }));
        }

        Snapshot.Match(string.Join('\n', help.ToString().Split('\n').Select(line => line.TrimEnd())));
    }

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("ls", "--no-such-option")]
    [InlineData("ls", "--limit", "0")]
    [InlineData("dlq", "ls", "--limit", "-1")]
    [InlineData("show", "not-an-id")]
    [InlineData("cancel", "01890a5d-ac96-774b-bcce-b302099a8057")]
    [InlineData("scope", "set", "scope.json")]
    [InlineData("ls", "-o", "xml")]
    [InlineData("explain", "no-such-kind")]
    public async Task Wrong_usage_is_exit_code_2(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(CommandLine.Create(), arguments));

    [Theory]
    [InlineData("id: 'not-an-id' is none; `taskmesh ls` lists", "taskmesh show", "show", "not-an-id")]
    [InlineData("Option '--reason' is required.", "taskmesh scope set", "scope", "set", "scope.json")]
    [InlineData("Cannot parse argument 'Foo' for option '--state'.", "taskmesh ls", "ls", "--state", "Foo")]
    [InlineData("'shwo' was not matched. Did you mean one of the following?\nshow", "taskmesh", "shwo")]
    [InlineData("Unrecognized command or argument 'frobnicate'.", "taskmesh local", "local", "frobnicate")]
    [InlineData("--output: 'ports.txt' is none of text, json, jsonl and none; to write to", "taskmesh ls", "ls", "-o", "ports.txt")]
    [InlineData("--output: this command prints jsonl only", "taskmesh scan syn", "scan", "syn", "127.0.0.1", "-p", "22", "-o", "json")]
    [InlineData("--source: '300.1.1.1' is not an IPv4 address", "taskmesh scan tls", "scan", "tls", "127.0.0.1", "--source", "300.1.1.1")]
    public async Task A_mistake_is_told_in_words_of_its_user_and_without_the_whole_help(string sentence, string command, params string[] arguments)
    {
        var errors = new StringWriter();

        await CommandLine.RunAsync(CommandLine.Create(), arguments, errors);

        Assert.DoesNotContain("Required command", errors.ToString());
        Assert.StartsWith(sentence, errors.ToString());
        Assert.EndsWith($"`{command} --help` tells more.{Environment.NewLine}", errors.ToString());
        Assert.DoesNotContain("System.", errors.ToString());
        Assert.DoesNotContain("TaskMesh.", errors.ToString());
        Assert.DoesNotContain("Usage:", errors.ToString());
        Assert.DoesNotContain("\n\n", errors.ToString());
    }

    [Fact]
    public async Task Help_is_a_command_too()
    {
        var (output, console) = (new StringWriter(), Console.Out);
        Console.SetOut(output);
        try
        {
            Assert.Equal(0, await CommandLine.RunAsync(CommandLine.Create(), ["help", "scope", "set"]));
        }
        finally
        {
            Console.SetOut(console);
        }
        Assert.Contains("taskmesh scope set <file>", output.ToString());
    }

    /// <summary>What a command does not print it refuses, instead of printing something else.</summary>
    [Fact]
    public void Every_command_prints_all_formats_or_refuses_those_that_it_does_not()
    {
        var table = Leaves(CommandLine.Create(), []).Select(
            path => $"{string.Join(' ', path),-18} {string.Join(' ', Formats.Where(format => IsTaken([.. path, "-o", format])))}");

        Snapshot.Match(string.Join('\n', table));
    }

    /// <summary>An option that nobody reads would be taken and ignored.</summary>
    [Fact]
    public void Every_option_is_read_where_it_is_made()
    {
        string[] sources = [.. Directory.EnumerateFiles(Repository.PathOf("src/Cli"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        var options = sources.SelectMany(source => MadeOption().Matches(source).Select(made => (source, name: made.Groups[1].Value))).ToArray();

        Assert.True(options.Length > 60, $"only {options.Length} options are found");
        Assert.All(options, option => Assert.Matches(
            $@"(Value|DurationOf|SteerAsync|Number)\((?:[^;()]|\([^;()]*\))*\b{option.name}\b|return {option.name};", option.source));
    }

    private static bool IsTaken(string[] arguments) =>
        !CommandLine.Create().Parse(arguments).Errors.Any(error => error.Message.StartsWith("--output", StringComparison.Ordinal));

    [GeneratedRegex("""(\w+) = (?:(?:new|new Option<[^(]*>|Text)\(\s*"--|(?:CommonOptions\.(?:Reason|Limit)|Number|Organisation)\()""")]
    private static partial Regex MadeOption();

    private static readonly string[] Formats = ["text", "json", "jsonl", "none"];

    private static IEnumerable<string[]> Leaves(Command command, string[] path) => command.Subcommands.Count == 0
        ? [path] : command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => Leaves(sub, [.. path, sub.Name]));

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => Paths(sub, [.. path, sub.Name])).Prepend(path);
}
