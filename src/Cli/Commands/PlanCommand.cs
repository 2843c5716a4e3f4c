using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Commands;

/// <summary>What <c>taskmesh plan</c> tells.</summary>
internal static class PlanCommand
{
    private const int MostRangesShown = 5;

    public static async Task<int> RunAsync(ManagerMessage message, MeshClient mesh, Printer printer, CancellationToken cancellation)
    {
        var rules = await mesh.Rules.RulesAsync(cancellation);
        var plan = await PlanAsync(message, mesh, rules, printer, cancellation);
        if (rules is null)
            throw new CliException(ExitCode.Unavailable, "No Manager has run yet, so nobody knows how it would route and launch.");
        var outlook = Foresight.Of(plan, AllTasks.Catalogue, await mesh.Rules.FactsAsync(rules, plan.Organisation, cancellation));
        var holds = await HoldsAsync(plan, outlook, mesh, cancellation);
        var answer = Answer.Of(plan, outlook, holds);
        printer.One(answer, () => Print(printer, answer, [.. outlook.Launches.Select(launch => launch.Cell)], rules.TemplateType));
        return ExitCode.Success;
    }

    /// <summary>What the scope refuses is an answer too, for programs; everybody else reads the sentences, as at submit.</summary>
    private static async Task<CollectionPlan> PlanAsync(
        ManagerMessage message, MeshClient mesh, MeshRules? rules, Printer printer, CancellationToken cancellation)
    {
        try
        {
            return await Submission.PlanAsync(message, mesh, rules?.Pools ?? [], cancellation);
        }
        catch (CliException e) when (e.ExitCode == ExitCode.Refused)
        {
            printer.One(new Refused(Schema.Plan, "refused", e.Message.Split(Environment.NewLine)), () => { });
            throw;
        }
    }

    private static async Task<IReadOnlyList<string>> HoldsAsync(
        CollectionPlan plan, Outlook outlook, MeshClient mesh, CancellationToken cancellation)
    {
        var holds = new List<string>();
        if (outlook.RawTasks > 0 && await mesh.Reader.KillSwitchAsync(cancellation))
            holds.Add("the kill switch is on: no raw task starts");
        var now = TimeProvider.System.GetUtcNow();
        var windows = await mesh.Reader.WindowsAsync(plan.Organisation, cancellation);
        if (outlook.RawTasks > 0 && ScanCalendar.Closed(windows, now) is { } closed && closed.Since <= now)
            holds.Add($"scan windows are closed: no raw task starts before {closed.Until:u}");
        // How many of its tasks are in line already, the Manager counts when the message comes.
        if (await mesh.Reader.LimitsAsync(plan.Organisation, cancellation) is { } limits)
        {
            var generated = outlook.Tasks.Sum(task => (long)(task.Forecast?.Children ?? 0));
            if ((limits.Problem(plan.Organisation, plan.Tasks.Count, waiting: 0)
                ?? await mesh.Rules.RescanProblemAsync(plan, limits, cancellation)) is { } problem)
                holds.Add($"the Manager will not take it: {problem}");
            if (generated > limits.MostTasks)
                holds.Add($"its generators will fail: they make {Number(generated)} tasks and may make {limits.MostTasks}");
        }
        if (outlook.LaunchesHeld is { } held)
            holds.Add($"no more launches: {held}");
        holds.AddRange(outlook.Tasks.Where(task => task.Pool is null).Select(task => $"{task.Name}: no pool has its labels, so it waits for one"));
        return holds;
    }

    private static void Print(Printer printer, Answer answer, IReadOnlyList<LaunchCell> launches, string templateType)
    {
        printer.Rows(
            answer.Tasks,
            ("TASK", row => row.Name),
            ("KIND", row => row.Kind),
            ("NEEDS", row => row.Requirements.Count == 0 ? "none" : string.Join(", ", row.Requirements)),
            ("QUEUE", row => row.Queue ?? "none"),
            ("MAKES", row => row.Makes is { } made ? $"{Number(made.Tasks)} {made.Kind} -> {made.Queue ?? "none"}" : null),
            ("QUESTIONS", row => row.Questions is { } questions ? Number(questions) : null),
            ("TARGETS", TargetsOf));
        var least = answer.Unknown.Count > 0 ? "at least " : "";
        printer.Facts(
            ("scope", $"allowed by {string.Join(" and ", answer.Scope.Select(reference => $"'{reference}'"))}"),
            ("raw tasks", $"{least}{Number(answer.RawTasks)} at once"),
            ("launches", least + string.Join(", ", launches.CountBy(cell => cell).Select(
                cell => $"{Number(cell.Value)} x {CellName(cell.Key, templateType)}").DefaultIfEmpty("0"))),
            ("time", $"{Seconds(answer.SecondsLeast, answer.SecondsMost)}, of the packets alone"),
            ("cost", answer.CostLeast is { } cost
                ? $"{FleetCommand.Money(cost)}{(answer.CostMost is { } most ? $" to {FleetCommand.Money(most)}" : " or more")}"
                : "not known: the Manager has no price"));
        foreach (var line in answer.Holds.Concat(answer.Unknown))
            printer.Text(line);
    }

    private static string CellName(LaunchCell cell, string templateType) =>
        $"{FleetCommand.TypeName(cell.InstanceType, templateType)} in subnet {FleetCommand.SubnetName(cell.Subnet)}"
        + (cell.Market == Market.Spot ? ", spot" : "");

    private static string? TargetsOf(Row row)
    {
        var parts = new[]
        {
            row.Addresses == "0" ? null : row.Addresses == "1" ? "1 address" : $"{row.Addresses} addresses",
            row.LeftOut.Count == 0 ? null : $"{row.AddressesLeftOut} denied ({string.Join(", ", row.LeftOut)})",
            row.Names == 0 ? null : row.Names == 1 ? "1 name" : $"{Number(row.Names)} names",
        }.OfType<string>().ToArray();
        return parts.Length == 0 ? null : string.Join(", ", parts);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(double least, double? most) =>
        most is { } longest ? $"{Number(least)} to {Number(longest)} s" : $"{Number(least)} s or more";

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private sealed record Refused(string Schema, string Verdict, IReadOnlyList<string> Reasons);

    private sealed record Answer(
        string Schema,
        string Verdict,
        string Organisation,
        IReadOnlyList<string> Scope,
        IReadOnlyList<Row> Tasks,
        int RawTasks,
        IReadOnlyList<string> Launches,
        double SecondsLeast,
        double? SecondsMost,
        decimal? CostLeast,
        decimal? CostMost,
        IReadOnlyList<string> Holds,
        IReadOnlyList<string> Unknown)
    {
        public static Answer Of(CollectionPlan plan, Outlook outlook, IReadOnlyList<string> holds) => new(
            Output.Schema.Plan,
            "allowed",
            plan.Organisation,
            [.. plan.Scope.Select(scope => scope.Reference)],
            [.. outlook.Tasks.Select(Row.Of)],
            outlook.RawTasks,
            [.. outlook.Launches.Select(cell => $"{cell.Cell}")],
            outlook.Time.Least,
            outlook.Time.Most,
            outlook.Cost is { } cost ? Math.Round(cost.Least, 6) : null,
            outlook.Cost?.Most is { } most ? Math.Round(most, 6) : null,
            holds,
            outlook.Unknown);
    }

    private sealed record Made(string Kind, int Tasks, string? Queue);

    private sealed record Row(
        string Name,
        string Kind,
        IReadOnlyList<string> Requirements,
        string? Queue,
        Made? Makes,
        long? Questions,
        string Addresses,
        string AddressesLeftOut,
        IReadOnlyList<string> LeftOut,
        int Names,
        string? Unknown)
    {
        public static Row Of(TaskOutlook task) => new(
            task.Name,
            task.Kind.Kind,
            DefinitionsCommand.Names(task.Kind.Requirements),
            task.Pool,
            task.Forecast is { ChildKind: { } kind } forecast ? new Made(kind, forecast.Children, task.ChildPool) : null,
            task.Forecast?.Questions,
            task.Addresses.AddressCount.ToString(CultureInfo.InvariantCulture),
            task.LeftOut.AddressCount.ToString(CultureInfo.InvariantCulture),
            [.. task.LeftOut.Take(MostRangesShown).Select(range => $"{range}")],
            task.Names.Count,
            task.Unknown);
    }
}
