using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh submit</c>, <c>run</c> and <c>plan</c>: send work, follow it to its end, or only tell what it would do.</summary>
internal sealed class SubmitCommand
{
    private readonly Argument<string?> _kind = new("kind")
    {
        Description = "A task kind; leave it out to send a collection with --file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string> _input = new("input")
    {
        Description = "The task's input as JSON; '-' reads it from standard input.",
        DefaultValueFactory = _ => "{}",
    };

    private readonly Option<string?> _file = new("--file", "-f") { Description = "A collection or task as JSON; '-' is standard input." };
    private readonly Option<string?> _name = new("--name") { Description = "What the collection is called." };
    private readonly Option<string?> _organisation = new("--organisation") { Description = "Whose scope and results." };
    private readonly Option<int?> _priority = new("--priority") { Description = "From -100 to 100; higher goes first." };
    private readonly Option<string?> _deadline = new("--deadline") { Description = "How long it may take: a number and one of ms, s, m, h." };
    private readonly Option<string[]> _labels = new("--label") { Description = "key=value; chooses a pool. May be given again." };
    private readonly Option<FileInfo?> _scope = new("--scope") { Description = "A scope file that narrows the organisation's scope." };

    private SubmitCommand() => _priority.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int?>() is < -100 or > 100)
            result.AddError("--priority: not from -100 to 100");
    });

    private const string Example = """tcp-syn '{"targets":["192.0.2.1"],"ports":"80"}'""";

    public static Command CreateSubmit() => new SubmitCommand().Create("submit", "Send a task or a collection and print its id.", SubmitAsync);

    public static Command CreateRun() => new SubmitCommand()
        .Create("run", "Send a task or a collection, follow it to its end, and print results as JSON lines.", RunAsync)
        .PrintsOnly(OutputFormat.Jsonl, OutputFormat.Json, OutputFormat.None);

    /// <summary>Without kind and input: what is worth a plan stands in a file.</summary>
    public static Command CreatePlan()
    {
        var submit = new SubmitCommand();
        var file = new Argument<string>("file") { Description = "A collection or task as JSON; '-' is standard input." };
        var command = new Command(
            "plan", "Tell what a collection would do: queues, tasks, targets, launches, time and cost. Sends and writes nothing.")
        {
            file, submit._name, submit._organisation, submit._priority, submit._deadline, submit._labels, submit._scope,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var message = Submission.Read(await JsonText.ReadAsync(parsed.GetRequiredValue(file), cancellation), mesh.Ids.Next());
            return await PlanCommand.RunAsync(submit.Apply(parsed, message), mesh, parsed.Printer(), cancellation);
        });
        return command;
    }

    private Command Create(string name, string description, Func<ManagerMessage, MeshClient, ParseResult, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, description) { _kind, _input, _file, _name, _organisation, _priority, _deadline, _labels, _scope };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (kind, file) = (parsed.GetValue(_kind), parsed.GetValue(_file));
            if ((kind is null) == (file is null))
                throw new CliException(ExitCode.Usage, $"Give either a kind or --file, as in: taskmesh {name} {Example}");
            await using var mesh = MeshClient.Connect();
            var message = kind is null
                ? Submission.Read(await JsonText.ReadAsync(file!, cancellation), mesh.Ids.Next())
                : Submission.OneTask(
                    kind,
                    parsed.GetValue(_input) is "-" ? await JsonText.ReadAsync("-", cancellation) : new("input", parsed.GetValue(_input)!),
                    mesh.Ids.Next());
            message = Apply(parsed, message) with { TraceId = message.TraceId ?? mesh.Ids.Next().ToString("N") };
            await Submission.CheckAsync(message, mesh, cancellation);
            return await act(message, mesh, parsed, cancellation);
        });
        return command;
    }

    private static async Task<int> SubmitAsync(ManagerMessage message, MeshClient mesh, ParseResult parsed, CancellationToken cancellation)
    {
        await mesh.SendAsync(message, cancellation);
        var printer = parsed.Printer();
        printer.One(new Submitted(Schema.Submitted, message.Id, message.TraceId!), () => printer.Text($"{message.Id}"));
        return ExitCode.Success;
    }

    private static async Task<int> RunAsync(ManagerMessage message, MeshClient mesh, ParseResult parsed, CancellationToken cancellation)
    {
        await mesh.SendAsync(message, cancellation);
        var progress = new ProgressLine(parsed.InvocationConfiguration.Error, !Console.IsErrorRedirected, TimeProvider.System);
        progress.Say($"collection {message.Id}");
        try
        {
            var state = await new Follower(mesh, parsed.Printer(), progress, TimeProvider.System).FollowAsync(message.Id, cancellation);
            progress.Say($"collection {message.Id} {state}");
            return state == nameof(TaskState.Succeeded) ? ExitCode.Success : ExitCode.Failures;
        }
        catch (OperationCanceledException)
        {
            progress.Say($"The work goes on. Look at it with `taskmesh show {message.Id}`; end it with `taskmesh cancel {message.Id} --reason …`.");
            return ExitCode.Interrupted;
        }
    }

    private ManagerMessage Apply(ParseResult parsed, ManagerMessage message)
    {
        var labels = parsed.GetValue(_labels) is { Length: > 0 } given ? given.Select(Label).ToDictionary() : null;
        var deadline = parsed.GetValue(_deadline) is { } text ? Deadline(text) : (TimeSpan?)null;
        var scope = parsed.GetValue(_scope) is { } file ? ScopeFile.Read(file) : null;
        return message switch
        {
            CreateTask task => task with
            {
                Name = parsed.GetValue(_name) ?? task.Name,
                Organisation = parsed.GetValue(_organisation) ?? task.Organisation,
                Priority = parsed.GetValue(_priority) ?? task.Priority,
                Deadline = deadline ?? task.Deadline,
                Labels = labels ?? task.Labels,
                Scope = scope ?? task.Scope,
            },
            CreateCollection collection => collection with
            {
                Name = parsed.GetValue(_name) ?? collection.Name,
                Organisation = parsed.GetValue(_organisation) ?? collection.Organisation,
                Priority = parsed.GetValue(_priority) ?? collection.Priority,
                Deadline = deadline ?? collection.Deadline,
                Labels = labels ?? collection.Labels,
                Scope = scope ?? collection.Scope,
            },
            _ => message,
        };
    }

    private static TimeSpan Deadline(string text) => Duration.TryParse(text, out var deadline) && deadline > TimeSpan.Zero
        ? deadline
        : throw new CliException(ExitCode.Usage, $"--deadline: '{text}' is not a number above 0 and one of ns, us, ms, s, m, h");

    private static KeyValuePair<string, string> Label(string text) => text.Split('=', 2) is [{ Length: > 0 } key, var value]
        ? new(key, value)
        : throw new CliException(ExitCode.Usage, $"--label: '{text}' is not key=value");

    private sealed record Submitted(string Schema, Guid Id, string TraceId);
}
