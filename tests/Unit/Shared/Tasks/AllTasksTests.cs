using System.Text;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Tasks;

public class AllTasksTests
{
    private static readonly TimeSpan LongestExternalRun = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestInternalRun = TimeSpan.FromMinutes(4);

    /// <summary>A change of a kind's needs, and so of its route, shows in review as a changed document.</summary>
    [Fact]
    public void The_catalogue_is_documented()
    {
        var document = new StringBuilder("""
            # Task kinds

            Written from the catalogue; a test compares. What a kind declares chooses its queue and is all that it is granted:
            `taskmesh explain KIND` tells which rule applied. Durations are of one attempt.

            """);
        foreach (var entry in AllTasks.Catalogue.Entries)
            document.Append('\n').Append(Describe(entry));

        Snapshot.MatchDocument("docs/tasks.md", document.ToString());
    }

    [Fact]
    public void Kinds_fit_into_the_time_that_their_workers_have() => Assert.DoesNotContain(
        AllTasks.Catalogue.Entries,
        entry => TaskRouter.Route(entry.Requirements) switch
        {
            WorkerClass.External => entry.RunTimeout > LongestExternalRun,
            WorkerClass.Internal => entry.RunTimeout > LongestInternalRun,
            _ => false,
        });

    private static string Describe(TaskEntry entry) => $"""
        ## {entry.Kind}

        {entry.Summary}

        | | |
        |---|---|
        | needs | {entry.Requirements} |
        | runs on | {TaskRouter.Route(entry.Requirements)} |
        | takes | {string.Join(", ", entry.InputFields.Select(field => $"`{field}`"))} |
        | returns | {string.Join(", ", entry.OutputFields.Select(field => $"`{field}`"))} |
        | may run | {Duration.Write(entry.RunTimeout)}, and fail {entry.Retry.MaxFailures} times |

        """;
}
