using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public class CollectionPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CollectionPlanner Planner = new(AllTasks.Catalogue, []);
    private static readonly ScanScope Wide = new("head of security", "ticket 17", Now.AddDays(-1), Now.AddDays(1), ["192.0.2.0/24"]);

    [Fact]
    public void Without_a_scope_of_the_organisation_that_of_the_message_allows_nothing()
    {
        var targets = new TaskNode("scan", "tcp-syn", JsonElement.Parse("""{"targets":{"$from":"list","path":"/rows"},"ports":"80"}"""));
        var list = new TaskNode("list", "list-models", JsonElement.Parse("""{"model":"domain"}"""));
        var collection = new CreateCollection(new SequentialNode([list, targets]), Scope: Wide) { Id = Guid.CreateVersion7() };

        Assert.Empty(Plan(collection, null).Scope);
        Assert.Equal([Wide, Wide], Plan(collection, Wide).Scope);
    }

    private static CollectionPlan Plan(CreateCollection collection, ScanScope? organisation)
    {
        var (plan, refusal) = Planner.Plan(collection, organisation, Now);
        Assert.Null(refusal);
        return plan!;
    }
}
