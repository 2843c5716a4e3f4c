using System.Globalization;
using System.Text.Json;
using TaskMesh.Cli.Output;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Mesh;

/// <summary>Follows a collection to its end: results to standard output as they come, progress to standard error.</summary>
public sealed class Follower(MeshClient mesh, Printer printer, ProgressLine progress, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A message that the Manager put aside makes no collection: after this time the quarantine is asked.</summary>
    private static readonly TimeSpan AppearLimit = TimeSpan.FromSeconds(5);

    /// <summary>The results, where they are asked for as one document.</summary>
    private readonly List<Result> _document = [];

    /// <returns>The state that the collection ended in.</returns>
    public async Task<string> FollowAsync(Guid id, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var seen = new HashSet<Guid>();
        var after = DateTime.MinValue;
        while (true)
        {
            var collection = await mesh.Reader.CollectionAsync(id, cancellation);
            if (collection is null && clock.GetElapsedTime(started) > AppearLimit && await mesh.Reader.QuarantineReasonAsync(
                id, cancellation) is { } reason)
                throw new CliException(ExitCode.Usage, $"The Manager put the message aside: {reason}");
            foreach (var result in await mesh.Reader.ResultsAsync(id, after, cancellation))
            {
                after = result.EndedAt;
                if (seen.Add(result.Id))
                    await PrintAsync(result, cancellation);
            }
            if (collection is not null)
            {
                progress.Show($"{collection.State}: {seen.Count.ToString(CultureInfo.InvariantCulture)} of {collection.Tasks} tasks ended");
                if (collection.EndedAt is not null)
                {
                    progress.End();
                    if (printer.Format == OutputFormat.Json)
                        printer.Rows(_document);
                    return collection.State;
                }
            }
            await Task.Delay(Interval, clock, cancellation);
        }
    }

    private async Task PrintAsync(ResultView result, CancellationToken cancellation)
    {
        if (printer.Format == OutputFormat.None)
            return;
        var output = await mesh.ContentAsync(result.Output, whole: true, cancellation);
        var line = new Result(
            Schema.Result,
            result.Id,
            result.Name,
            result.Kind,
            result.State,
            result.Reason,
            output is null ? null : JsonElement.Parse(output));
        if (printer.Format == OutputFormat.Json)
            _document.Add(line);
        else
            printer.Line(line);
    }

    private sealed record Result(string Schema, Guid Id, string Name, string Kind, string State, string? Reason, JsonElement? Output);
}
