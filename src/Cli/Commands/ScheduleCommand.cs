using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh schedule</c>: what is submitted again and again, or when something changes.</summary>
internal static class ScheduleCommand
{
    private const int ShownRuns = 20;

    private static readonly Argument<string> Name = new("name") { Description = "Of a schedule." };

    public static Command Create() => new("schedule", "Work that is submitted again and again, or when something changes.")
    {
        Ls(), Show(), Set(), Rm(), Run(), Pause("pause", "Let it run no more for now.", true), Pause("resume", "Let it run again.", false),
    };

    private static Command Ls()
    {
        var command = new Command("ls", "List the schedules, a line for each organisation.");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            Print(parsed.Printer(), await mesh.Schedules.ListAsync(null, cancellation));
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "Show a schedule with what became of its last times.") { Name };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(Name);
            var turns = await mesh.Schedules.ListAsync(name, cancellation);
            if (turns.Count == 0)
                throw new CliException(ExitCode.Usage, $"name: there is no schedule '{name}'; `taskmesh schedule ls` lists them");
            var runs = await mesh.Schedules.RunsAsync(name, ShownRuns, cancellation);
            var printer = parsed.Printer();
            var view = new Shown(
                Schema.Schedule, JsonSerializer.SerializeToElement(turns[0].Schedule, MessageJson.Default.Schedule), [.. turns.Select(View)], runs);
            printer.One(view, () =>
            {
                Print(printer, turns);
                printer.Rows(
                    runs,
                    ("AT", run => Time(run.At)),
                    ("FOR", run => Time(run.Due)),
                    ("ORGANISATION", run => run.Organisation),
                    ("OUTCOME", run => run.Outcome),
                    ("COLLECTION", run => run.CollectionId?.ToString()),
                    ("REASON", run => run.Reason));
            });
        });
        return command;
    }

    private static Command Set()
    {
        var file = new Argument<FileInfo>("file") { Description = "What to submit: a task or a collection as JSON, as for `taskmesh submit`." };
        var every = Text("--every", "From one run to the next, such as 6h; the first is at once.");
        var cron = Text("--cron", "Five fields: minute, hour, day of month, month, day of week.");
        var zone = Text("--tz", "Time zone of --cron, such as Europe/Berlin; UTC if left out.");
        var on = Text(
            "--on", "model:change, such as domain:new: one run for each such change; inputs take its values by {\"$change\": \"/key/name\"}.");
        var jitter = Text("--jitter", "Start up to this much later, each organisation always as much.");
        var coolDown = Text("--cool-down", "How long to wait after a failed run; twice as long after each further one.");
        var overlap = new Option<string>("--overlap")
        {
            Description = "When the run before has not ended: skip, queue or cancel-old.",
            DefaultValueFactory = _ => "skip",
        };
        overlap.AcceptOnlyFromAmong("skip", "queue", "cancel-old");
        var organisations = new Option<string[]>("--organisation") { Description = "Whose; may be given more than once. All if left out." };
        var reason = CommonOptions.Reason();
        var command = new Command("set", "Make a schedule, or replace the one of that name.")
        {
            Name, file, every, cron, zone, on, jitter, overlap, coolDown, organisations, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var schedule = new Schedule(
                parsed.GetRequiredValue(Name),
                Submission.Read(JsonText.Read($"{parsed.GetRequiredValue(file)}"), Guid.Empty),
                parsed.GetValue(organisations) is { Length: > 0 } named ? named : null,
                parsed.DurationOf(every),
                parsed.GetValue(cron),
                parsed.GetValue(zone),
                parsed.GetValue(on),
                parsed.DurationOf(jitter),
                parsed.GetValue(overlap) switch { "queue" => Overlap.Queue, "cancel-old" => Overlap.CancelOld, _ => Overlap.Skip },
                parsed.DurationOf(coolDown));
            string[] problems = [.. schedule.Problems().Select(Steering.InWordsOfUser)];
            if (problems.Length > 0)
                throw new CliException(ExitCode.Usage, string.Join(Environment.NewLine, problems));
            await using var mesh = MeshClient.Connect();
            await parsed.SteerAsync(
                mesh, new ControlAction.SetSchedule(schedule), reason, $"Schedule '{schedule.Name}' runs {WhenOf(schedule)}.", cancellation);
        });
        return command;
    }

    private static Command Rm()
    {
        var cancelRuns = new Option<bool>("--cancel-runs") { Description = "End its last runs too." };
        var reason = CommonOptions.Reason();
        var command = new Command("rm", "Remove a schedule.") { Name, cancelRuns, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var action = new ControlAction.RemoveSchedule(parsed.GetRequiredValue(Name), parsed.GetValue(cancelRuns));
            var now = $"Schedule '{action.Name}' is removed{(action.CancelRuns ? ", and its last runs are cancelled" : "")}.";
            await parsed.SteerAsync(mesh, action, reason, now, cancellation);
        });
        return command;
    }

    private static Command Run()
    {
        var organisation = Text("--organisation", "For whom; all that it is for if left out.");
        var reason = CommonOptions.Reason();
        var command = new Command("run", "Run it at once, beside its rhythm.") { Name, organisation, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var action = new ControlAction.RunSchedule(parsed.GetRequiredValue(Name), parsed.GetValue(organisation));
            var control = await mesh.SteerAsync(action, parsed.GetRequiredValue(reason), cancellation);
            var turns = await mesh.Schedules.ListAsync(action.Name, cancellation);
            var started = turns.Select(turn => turn.Organisation).OfType<string>()
                .Where(organisation => action.Organisation is null || organisation == action.Organisation)
                .Select(organisation => $"{ControlAction.RunSchedule.IdOf(control, action.Name, organisation)} for '{organisation}'");
            parsed.Tell(control, $"Schedule '{action.Name}' has submitted {string.Join(", ", started.DefaultIfEmpty("nothing"))}.");
        });
        return command;
    }

    private static Command Pause(string verb, string description, bool paused)
    {
        var reason = CommonOptions.Reason();
        var command = new Command(verb, description) { Name, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var action = new ControlAction.PauseSchedule(parsed.GetRequiredValue(Name), paused);
            await parsed.SteerAsync(mesh, action, reason, $"Schedule '{action.Name}' {(paused ? "is paused" : "goes on")}.", cancellation);
        });
        return command;
    }

    private static Option<string?> Text(string name, string description) => new(name) { Description = description };

    private static void Print(Printer printer, IReadOnlyList<ScheduleView> turns) => printer.Rows(
        [.. turns.Select(View)],
        ("NAME", turn => turn.Name),
        ("WHEN", turn => turn.When),
        ("ORGANISATION", turn => turn.Organisation),
        ("NEXT", turn => turn.Paused ? "paused" : Time(turn.Next)),
        ("LAST", turn => Time(turn.LastAt)),
        ("STATE", turn => turn.LastState),
        ("MISSED", turn => turn.Missed.ToString(CultureInfo.InvariantCulture)));

    private static TurnView View(ScheduleView turn) => new(
        Schema.Schedule,
        turn.Schedule.Name,
        WhenOf(turn.Schedule),
        turn.Organisation,
        turn.Paused,
        turn.Next,
        turn.LastAt,
        turn.LastState,
        turn.LastCollection,
        turn.Failures,
        turn.Missed);

    private static string WhenOf(Schedule schedule) => schedule switch
    {
        { Every: { } every } => $"every {Duration.Write(every)}",
        { Cron: { } cron } => schedule.TimeZone is { } zone ? $"{cron} ({zone})" : cron,
        _ => $"on {schedule.On}",
    };

    private static string? Time(DateTime? time) => time?.ToString("u", CultureInfo.InvariantCulture);

    private sealed record TurnView(
        string Schema,
        string Name,
        string When,
        string? Organisation,
        bool Paused,
        DateTime? Next,
        DateTime? LastAt,
        string? LastState,
        Guid? LastCollection,
        int Failures,
        long Missed);

    private sealed record Shown(string Schema, JsonElement Schedule, IReadOnlyList<TurnView> Turns, IReadOnlyList<ScheduleRunView> Runs);
}
