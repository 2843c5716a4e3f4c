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

    [Fact]
    public void A_generator_and_its_children_stand_side_by_side_and_what_comes_next_behind_both()
    {
        var plan = Plan(Sequence(Each("g"), Insert("after")), null);

        Assert.Equal(
            ["Sequential - 2 0", "Parallel - 2 0", "Parallel g 0 1"],
            plan.Containers.Select(container => $"{container.Mode} {container.Name ?? "-"} {container.Children} {container.Generators}"));
        var (both, own) = (plan.Containers[1], plan.Containers[2]);
        Assert.Equal((both.Id, true, both.Id, true), (own.Parent, own.Started, plan.Tasks[0].Container, plan.Tasks[0].Started));
        Assert.Equal((plan.Containers[0].Id, 1, false), (plan.Tasks[1].Container, plan.Tasks[1].Ordinal, plan.Tasks[1].Started));
        Assert.Equal([new GeneratorPlan(plan.Tasks[0].Id, own.Id, 0)], plan.Generators);
    }

    [Fact]
    public void A_named_container_is_filled_behind_what_was_written_by_hand()
    {
        var plan = Plan(Sequence(Each("g", "into"), new ParallelNode([Insert("a"), Insert("b")], "into")), null);

        Assert.Equal(["Sequential 1", "Parallel 2", "Parallel 2"], plan.Containers.Select(container => $"{container.Mode} {container.Children}"));
        Assert.Equal(2, Assert.Single(plan.Generators).FirstOrdinal);
    }

    public static TheoryData<CollectionNode, string> Wrong => new()
    {
        { new SequentialNode([Each("g", "nowhere")]), "g: into: the collection has no container 'nowhere'" },
        { new SequentialNode([new ParallelNode([], "early"), Each("g", "early")]), "g: into: it can never start" },
        {
            new ParallelNode(
            [
                new SequentialNode([new ParallelNode([], "a"), Each("g", "b")]),
                new SequentialNode([new ParallelNode([], "b"), Each("h", "a")]),
            ]),
            "g: into: it can never start"
        },
        { new ParallelNode([new ParallelNode([], "a"), Each("g", "a")], MaxConcurrency: 1), "g: into: it can never start" },
        {
            new ParallelNode([Each("g", "a"), Each("h", "a"), new SequentialNode([], "a")]),
            "h: into: 'a' starts its children in their order, so only one generator can fill it"
        },
        { new SequentialNode([new ParallelNode([])]), "children: a container needs at least one child" },
        { new SequentialNode([Insert("a"), Insert("a")]), "a: 2 tasks have this name" },
        {
            new SequentialNode([new ParallelNode([Insert("a")], "c"), new ParallelNode([Insert("b")], "c")]),
            "c: 2 containers have this name"
        },
        { new SequentialNode([Insert("a\u0007")]), "name: 'a\u0007' is not 1 to 200 characters" },
        { new SequentialNode([Insert("")]), "name: '' is not 1 to 200 characters" },
        {
            new SequentialNode([new TaskNode("c", "conditional", JsonElement.Parse("""{"value":1,"when":{}}"""))]),
            "c: kind: 'conditional' picks a branch"
        },
        { new SequentialNode([Insert("late", "soon"), Insert("soon")]), "late: $from: 'soon' does not end before 'late' starts" },
        { new SequentialNode([Insert("a", "a")]), "a: $from: 'a' does not end before 'a' starts" },
        { new SequentialNode([Insert("a", "b")]), "a: $from: the collection has no task 'b'" },
        {
            new SequentialNode([new ConditionalNode(
                "if", JsonElement.Parse("{}"), JsonElement.Parse("""{"field":"a","operator":"exists"}"""), Insert("branch")), Insert("a", "branch")]),
            "a: $from: 'branch' does not end before 'a' starts"
        },
        { Deep(201), "root: containers are nested deeper than 200" },
        { new ParallelNode([.. Enumerable.Range(0, 10_001).Select(i => Insert($"{i}"))]), "root: a collection holds 1 to 10000 tasks, not 10001" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_run_is_refused_in_a_sentence(CollectionNode root, string reason)
    {
        var (plan, refusal) = Planner.Plan(new CreateCollection(root) { Id = Guid.CreateVersion7() }, null, Now);

        Assert.Null(plan);
        Assert.Contains(refusal!.Problems, problem => problem.StartsWith(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_hundred_containers_in_each_other_are_read_and_planned()
    {
        var message = new CreateCollection(Deep(199)) { Id = Guid.CreateVersion7() };
        var body = JsonSerializer.SerializeToUtf8Bytes<ManagerMessage>(message, MessageJson.Default.ManagerMessage);
        var read = MessageReader.Read(body, default, out var reason);

        Assert.Null(reason);
        Assert.Equal(200, Plan((CreateCollection)read!, null).Containers.Count);
    }

    [Fact]
    public void An_input_is_no_larger_and_no_deeper_than_a_message_can_carry()
    {
        var large = new TaskNode("large", "insert-data", JsonElement.Parse($$"""{"key":"k","value":"{{new string('x', 200 * 1024)}}"}"""));
        var deep = new TaskNode("deep", "insert-data", JsonDocument.Parse(
            $$"""{"key":"k","value":{{new string('[', 64)}}{{new string(']', 64)}}}""", new JsonDocumentOptions { MaxDepth = 100 }).RootElement);

        var (_, refusal) = Planner.Plan(new CreateCollection(new SequentialNode([large, deep])) { Id = Guid.CreateVersion7() }, null, Now);

        Assert.Equal(
            ["large: input: 204822 bytes are more than 204800", "deep: input: values are nested deeper than 64"], refusal!.Problems.Take(2));
    }

    private static SequentialNode Deep(int containers)
    {
        CollectionNode node = Insert("leaf");
        for (var i = 0; i < containers; i++)
            node = new SequentialNode([node]);
        return new SequentialNode([node]);
    }

    private static CreateCollection Sequence(params CollectionNode[] nodes) => new(new SequentialNode(nodes)) { Id = Guid.CreateVersion7() };

    private static TaskNode Each(string name, string? into = null) => new(name, "for-each", JsonElement.Parse(
        $$$"""{"rows":[],"kind":"insert-data","input":{}{{{(into is null ? "" : $",\"into\":\"{into}\"")}}}}"""));

    private static TaskNode Insert(string name, string? from = null) => new(name, "insert-data", JsonElement.Parse(
        from is null ? """{"key":"k","value":1}""" : $$$"""{"key":"k","value":{"$from":"{{{from}}}"}}"""));

    private static CollectionPlan Plan(CreateCollection collection, ScanScope? organisation)
    {
        var (plan, refusal) = Planner.Plan(collection, organisation, Now);
        Assert.Null(refusal);
        return plan!;
    }
}
