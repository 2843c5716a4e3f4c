using System.CommandLine;
using System.Globalization;
using System.Text;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh dlq ls|show|replay</c> and <c>taskmesh retry</c>: what failed for good, and doing it again.</summary>
internal static class DlqCommand
{
    private const int MostRows = 100_000;

    /// <summary>What one message carries.</summary>
    private const int Part = 500;

    public static Command Create() =>
        new("dlq", "Tasks that failed for good and messages that were put aside.") { List(), Show(), Replay() };

    /// <summary><c>taskmesh retry ID</c>.</summary>
    public static Command CreateRetry()
    {
        var id = CommonOptions.Id("Of a task that failed, or of a collection: then all its failed tasks.");
        var reason = CommonOptions.Reason();
        var number = Number();
        var fromStart = new Option<bool>("--from-start")
        {
            Description = "Run a collection that has ended again as a whole, with what succeeded too, as a new collection.",
        };
        var command = new Command("retry", "Do failed tasks again, each as a new task in a collection of its own.") { id, fromStart, number, reason };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(fromStart))
                return RunAgainAsync(parsed, parsed.GetValue(id), parsed.GetValue(number), parsed.GetRequiredValue(reason), cancellation);
            var filter = new DeadLetterFilter(Collection: parsed.GetValue(id));
            var none = $"id: nothing that failed has or is in {parsed.GetValue(id)}";
            return ReplayAsync(parsed, filter, parsed.GetValue(number), parsed.GetRequiredValue(reason), none, cancellation);
        });
        return command;
    }

    private static Command List()
    {
        var filter = new FilterOptions();
        var limit = CommonOptions.Limit(100);
        var command = new Command("ls", "List them, the oldest first.") { limit };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var rows = await mesh.DeadLetters.ListAsync(filter.Read(parsed), parsed.GetValue(limit), cancellation);
            parsed.Printer().Rows(
                [.. rows.Select(row => new Row(Schema.DeadLetter, row.Id, row.At, row.Kind, row.Organisation, row.State, row.Reason, row.Replays))],
                ("ID", row => row.Id),
                ("AT", row => $"{row.At:u}"),
                ("STATE", row => row.State),
                ("KIND", row => row.Kind),
                ("REPLAYS", row => $"{row.Replays}"),
                ("REASON", row => row.Reason));
        });
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "A task's id, or the number of a message that was put aside." };
        var command = new Command("show", "Show one with its message.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var found = await mesh.DeadLetters.FindAsync(parsed.GetRequiredValue(id), cancellation)
                ?? throw new CliException(ExitCode.Usage, $"id: nothing that failed has the id {parsed.GetRequiredValue(id)}");
            var body = Encoding.UTF8.GetString(found.Body);
            var printer = parsed.Printer();
            printer.One(
                new Details(
                    Schema.DeadLetter, found.Id, found.At, found.Kind, found.Organisation, found.State, found.Reason, found.Replays, found.Queue,
                    body),
                () => printer.Facts(
                    ("id", found.Id),
                    ("at", $"{found.At:u}"),
                    ("state", found.State),
                    ("reason", found.Reason),
                    ("kind", found.Kind),
                    ("organisation", found.Organisation),
                    ("queue", found.Queue),
                    ("attempts", found.Kind is null ? null : $"{found.Attempt}, {found.Failures} failures"),
                    ("replays", found.Replays.ToString(CultureInfo.InvariantCulture)),
                    ("message", body)));
        });
        return command;
    }

    private static Command Replay()
    {
        var filter = new FilterOptions();
        var reason = CommonOptions.Reason();
        var number = Number();
        var command = new Command("replay", "Do again what matches: each task as a new one, each message as if it had just come.") { number, reason };
        filter.AddTo(command);
        command.SetAction((parsed, cancellation) => ReplayAsync(
            parsed, filter.Read(parsed), parsed.GetValue(number), parsed.GetRequiredValue(reason), null, cancellation));
        return command;
    }

    /// <param name="none">What to say when nothing matches; null if that is no mistake.</param>
    private static async Task ReplayAsync(
        ParseResult parsed, DeadLetterFilter filter, int? number, string reason, string? none, CancellationToken cancellation)
    {
        await using var mesh = MeshClient.Connect();
        var found = await mesh.DeadLetters.ListAsync(filter, MostRows, cancellation);
        if (found.Count == 0 && none is not null)
            throw new CliException(ExitCode.Usage, none);
        var rows = found.Where(row => row.Replays < (number ?? int.MaxValue)).ToArray();
        foreach (var group in rows.GroupBy(row => number ?? row.Replays + 1))
        {
            foreach (var part in group.Chunk(Part))
            {
                var action = new ControlAction.Replay(
                    [.. part.Where(row => row.Kind is not null).Select(row => Guid.Parse(row.Id))],
                    [.. part.Where(row => row.Kind is null).Select(row => long.Parse(row.Id, CultureInfo.InvariantCulture))],
                    group.Key);
                await mesh.SteerAsync(action, reason, cancellation);
            }
        }
        var printer = parsed.Printer();
        printer.One(new Replayed(Schema.Replayed, rows.Length), () => printer.Text($"{rows.Length} replayed"));
    }

    private static async Task RunAgainAsync(ParseResult parsed, Guid collection, int? number, string reason, CancellationToken cancellation)
    {
        await using var mesh = MeshClient.Connect();
        var action = new ControlAction.RunAgain(collection, number ?? await mesh.DeadLetters.RunsAgainAsync(collection, cancellation) + 1);
        await mesh.SteerAsync(action, reason, cancellation);
        var id = ControlAction.RunAgain.IdOf(collection, action.Number);
        if (await mesh.Reader.CollectionAsync(id, cancellation) is null)
        {
            var refusal = await mesh.DeadLetters.RefusalAsync(id, cancellation);
            throw new CliException(ExitCode.Usage, refusal ?? $"id: {collection} was not run again; `taskmesh dlq ls` may tell why");
        }
        var printer = parsed.Printer();
        printer.One(new RunAgain(Schema.RunAgain, id, collection), () => printer.Text($"{id}"));
    }

    private static Option<int?> Number() => new("--number")
    {
        Description = "What was replayed under this number or a higher one is left alone; without it each gets its next number.",
    };

    private sealed class FilterOptions
    {
        private readonly Option<string?> _kind = new("--kind") { Description = "Only tasks of this kind." };
        private readonly Option<string?> _organisation = new("--organisation") { Description = "Only tasks of this organisation." };
        private readonly Option<string?> _reason = new("--error") { Description = "Only those whose reason holds this text." };
        private readonly Option<DateTimeOffset?> _since = new("--since") { Description = "Only those since then, such as 2026-01-31T08:00Z." };
        private readonly Option<Guid?> _of = new("--of") { Description = "Only of this collection or task." };

        public void AddTo(Command command)
        {
            command.Add(_kind);
            command.Add(_organisation);
            command.Add(_reason);
            command.Add(_since);
            command.Add(_of);
        }

        public DeadLetterFilter Read(ParseResult parsed) => new(
            parsed.GetValue(_kind), parsed.GetValue(_organisation), parsed.GetValue(_reason), parsed.GetValue(_since), parsed.GetValue(_of));
    }

    private sealed record Row(
        string Schema, string Id, DateTime At, string? Kind, string? Organisation, string State, string? Reason, int Replays);

    private sealed record Details(
        string Schema,
        string Id,
        DateTime At,
        string? Kind,
        string? Organisation,
        string State,
        string? Reason,
        int Replays,
        string? Queue,
        string Message);

    private sealed record Replayed(string Schema, int Count);

    private sealed record RunAgain(string Schema, Guid Id, Guid Of);
}
