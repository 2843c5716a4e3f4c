using System.Globalization;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Output;

namespace TaskMesh.Cli.Rehearsing;

/// <summary>What a rehearsal came to.</summary>
/// <param name="Events">What follows from the scenario and its seed: the same each time.</param>
/// <param name="Tasks">What took as long as it took on this machine, this time.</param>
/// <param name="Refusals">Launches that EC2 refused.</param>
/// <param name="Cost">Of the instances, by the Manager's prices; 0 without any.</param>
internal sealed record RehearsalReport(
    string Schema,
    int Seed,
    IReadOnlyList<string> Events,
    IReadOnlyList<TaskTimes> Tasks,
    int Launches,
    int Refusals,
    decimal Cost,
    double Seconds,
    bool ReachedLimit,
    bool AllSucceeded)
{
    internal int ExitCode => ReachedLimit ? Cli.ExitCode.WaitTimedOut : AllSucceeded ? Cli.ExitCode.Success : Cli.ExitCode.Failures;

    public void Print(Printer printer) => printer.One(this, () =>
    {
        foreach (var line in Events)
            printer.Text(line);
        printer.Text("");
        printer.Rows(
            Tasks,
            ("TASK", task => task.Name),
            ("STATE", task => task.State),
            ("ATTEMPTS", task => task.Attempts.ToString(CultureInfo.InvariantCulture)),
            ("WAITED", task => Text(task.WaitedSeconds)),
            ("RAN", task => Text(task.RanSeconds)));
        printer.Facts(
            ("launches", Launches.ToString(CultureInfo.InvariantCulture)),
            ("refusals", Refusals.ToString(CultureInfo.InvariantCulture)),
            ("cost", FleetCommand.Money(Cost)),
            ("took", $"{Text(Seconds)}{(ReachedLimit ? ", the limit: not all had ended" : "")}"));
    });

    private static string? Text(double? seconds) =>
        seconds is { } time ? $"{time.ToString("0.0", CultureInfo.InvariantCulture)} s" : null;
}

/// <param name="WaitedSeconds">From its creation to its last start; null if it never started, or does not report it.</param>
/// <param name="RanSeconds">From there to its end.</param>
internal sealed record TaskTimes(string Name, string Kind, string? Queue, string State, int Attempts, double? WaitedSeconds, double? RanSeconds);
