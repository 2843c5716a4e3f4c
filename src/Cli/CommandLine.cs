using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Demo;
using TaskMesh.Cli.Deploy;
using TaskMesh.Cli.Health;
using TaskMesh.Cli.Lab;
using TaskMesh.Cli.Rehearsing;
using TaskMesh.Core.Configuration;

namespace TaskMesh.Cli;

/// <summary>All commands; runs one and turns whatever ends it into a sentence on standard error and an exit code.</summary>
internal static partial class CommandLine
{
    /// <summary>What a command gets to clean up once it is interrupted; a second signal ends it at once.</summary>
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(60);

    /// <summary>The parser's word where the whole help, or a command that is none, says the same.</summary>
    private const string MissingCommand = "Required command was not provided.";

    /// <summary>Not a <see cref="RootCommand"/>: its help would call the command by the name of its assembly.</summary>
    public static Command Create() => new("taskmesh", "Network reconnaissance as tasks in queues.")
    {
        DemoCommand.Create(),
        LocalCommand.Create(),
        RehearseCommand.Create(),
        SubmitCommand.CreateSubmit(),
        SubmitCommand.CreateRun(),
        SubmitCommand.CreatePlan(),
        ScanCommand.Create(),
        CancelCommand.Create(),
        PauseCommand.CreatePause(),
        PauseCommand.CreateResume(),
        DlqCommand.CreateRetry(),
        WhyCommand.Create(),
        LsCommand.Create(),
        ShowCommand.Create(),
        TreeCommand.Create(),
        DefinitionsCommand.Create(),
        ExplainCommand.Create(),
        ScopeCommand.Create(),
        WindowsCommand.Create(),
        KillSwitchCommand.Create(),
        LimitsCommand.Create(),
        DlqCommand.Create(),
        PoolCommand.Create(),
        WorkersCommand.Create(),
        FleetCommand.Create(),
        CostCommand.Create(),
        ScheduleCommand.Create(),
        DoctorCommand.Create(),
        DeployCommand.Create(),
        LabCommand.Create(),
        CommonOptions.Output,
        new HelpOption(),
        new VersionOption(),
    };

    /// <param name="errors">Standard error unless given.</param>
    public static async Task<int> RunAsync(Command root, string[] arguments, TextWriter? errors = null)
    {
        // As other tools take it: `taskmesh help ls` is `taskmesh ls --help`.
        var parsed = root.Parse(arguments is ["help", .. var path] ? [.. path, "--help"] : arguments);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = CleanUpTime };
        configuration.Error = errors ?? configuration.Error;
        if (parsed.Action is ParseErrorAction mistake)
            return await RefuseAsync(parsed, mistake, configuration);
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (CliException e)
        {
            await configuration.Error.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
        catch (SettingsException e)
        {
            await configuration.Error.WriteLineAsync(e.Message);
            return ExitCode.Configuration;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException e) when (
            e.InnerException is SocketException { SocketErrorCode: SocketError.Shutdown } || e.Message.Contains("Broken pipe"))
        {
            // Whoever read along has seen enough.
            return ExitCode.Success;
        }
        catch (Exception e) when (AwsRefusal.Of(e) is { } refusal)
        {
            var refused = CliException.Of(refusal);
            await configuration.Error.WriteLineAsync(refused.Message);
            return refused.ExitCode;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await configuration.Error.WriteLineAsync($"The database does not let this user do that: {e.MessageText}");
            return ExitCode.Permission;
        }
        catch (PostgresException e) when (!e.IsTransient)
        {
            await configuration.Error.WriteLineAsync(
                $"The database refuses this: {e.MessageText} ({e.SqlState}); `taskmesh doctor` looks for the cause");
            return ExitCode.Unavailable;
        }
        catch (NpgsqlException e)
        {
            await configuration.Error.WriteLineAsync($"The database cannot be reached: {e.Message}");
            return ExitCode.Unavailable;
        }
        catch (Exception e)
        {
            await configuration.Error.WriteLineAsync($"Internal error: {e}");
            return ExitCode.InternalError;
        }
    }

    /// <summary>Says what is wrong. The whole help, which would hide that, only comes where a command is missing.</summary>
    private static async Task<int> RefuseAsync(ParseResult parsed, ParseErrorAction mistake, InvocationConfiguration configuration)
    {
        var command = parsed.CommandResult;
        mistake.ShowHelp = command.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0;
        var errors = configuration.Error;
        var said = new StringWriter();
        configuration.Error = said;
        if (!mistake.ShowHelp)
            configuration.Output = said;
        await parsed.InvokeAsync(configuration);
        var lines = TypeName().Replace(said.ToString(), "").Replace(MissingCommand, "").Split('\n').Select(line => line.TrimEnd());
        foreach (var line in lines.Where(line => line.Length > 0))
            await errors.WriteLineAsync(line);
        if (!mistake.ShowHelp)
            await errors.WriteLineAsync($"`{PathOf(command)} --help` tells more.");
        return ExitCode.Usage;
    }

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : command.Command.Name;

    /// <summary>Of the program, and nothing to its users.</summary>
    [GeneratedRegex(" as expected type '[^']*'")]
    private static partial Regex TypeName();
}
