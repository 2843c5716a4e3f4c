using TaskMesh.Cli.Output;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Demo;

/// <summary>What the demo found, beside what there was to find.</summary>
internal sealed class DemoReport(
    IReadOnlyCollection<(string Address, int Port)> truth,
    IReadOnlyList<EndpointView> endpoints,
    IReadOnlyList<string> domains,
    IReadOnlyList<TaskView> tasks,
    int launched,
    int goneIdle)
{
    private const int RowsShown = 12;

    private int Found => endpoints.Count(endpoint => truth.Contains((endpoint.Address, endpoint.Port)));

    private int False => endpoints.Count - Found;

    private string[] Queues => [.. tasks.Where(task => task.State == "Succeeded").Select(task => task.Pool!).Distinct()];

    /// <summary>Why the demo is no success, or null.</summary>
    public string? Problem =>
        tasks.FirstOrDefault(task => task.State is not "Succeeded") is { } bad ? $"task '{bad.Name}' is {bad.State}: {bad.Reason}"
        : Found < truth.Count ? $"{truth.Count - Found} open ports were not found"
        : False > 0 ? $"{False} ports were reported open that are not"
        : Queues.Length != 3 ? $"only {string.Join(", ", Queues)} had work"
        : launched != 1 ? $"{launched} workers were launched"
        : goneIdle != 1 ? $"{goneIdle} workers went away"
        : null;

    private string Summary =>
        $"demo: {Found} of {truth.Count} open ports found, {False} false, {Queues.Length} queues used, "
        + $"{Number(launched)} launched, {Number(goneIdle)} gone idle";

    public void Print(Printer printer)
    {
        var hosts = endpoints.GroupBy(endpoint => endpoint.Address).Select(
            host => (Address: host.Key, Ports: host.Select(endpoint => endpoint.Port).ToArray())).ToArray();
        var view = new View("taskmesh.demo.v1", Found, truth.Count, False, Queues, launched, goneIdle, domains, Problem);
        printer.One(view, () =>
        {
            printer.Rows(
                hosts.Take(RowsShown).ToArray(),
                ("ADDRESS", host => host.Address),
                ("OPEN", host => $"{host.Ports.Length}"),
                ("PORTS", host => string.Join(',', host.Ports)));
            if (hosts.Length > RowsShown)
                printer.Text($"… and {hosts.Length - RowsShown} more addresses");
            printer.Text($"names from certificates: {string.Join(", ", domains)}");
            printer.Text(Summary);
        });
    }

    private static string Number(int workers) => workers == 1 ? "1 worker" : $"{workers} workers";

    private sealed record View(
        string Schema,
        int OpenFound,
        int OpenTruth,
        int FalsePositives,
        IReadOnlyList<string> Queues,
        int WorkersLaunched,
        int WorkersGoneIdle,
        IReadOnlyList<string> Domains,
        string? Problem);
}
