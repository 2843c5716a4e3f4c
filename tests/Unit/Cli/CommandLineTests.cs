using System.CommandLine;
using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Cli;

public class CommandLineTests
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
    public async Task A_mistake_is_told_in_words_of_its_user_and_without_the_whole_help(string sentence, string command, params string[] arguments)
    {
        var errors = new StringWriter();

        await CommandLine.RunAsync(CommandLine.Create(), arguments, errors);

        Assert.StartsWith(sentence, errors.ToString());
        Assert.EndsWith($"`{command} --help` tells more.{Environment.NewLine}", errors.ToString());
        Assert.DoesNotContain("System.", errors.ToString());
        Assert.DoesNotContain("TaskMesh.", errors.ToString());
        Assert.DoesNotContain("Usage:", errors.ToString());
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => Paths(sub, [.. path, sub.Name])).Prepend(path);
}
