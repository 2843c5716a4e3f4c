using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Unit.Shared.Core.Workflow;

/// <summary>
/// Workflows of any shape, whose messages come in any order and any number of times: each container ends as the shape and the tasks' own ends say,
/// which a few lines work out without any message; and never is more at work at once than was foreseen.
/// </summary>
public partial class WorkflowRulesTests
{
    private static readonly TaskOutcome[] Good = [new TaskOutcome.Succeeded(), new TaskOutcome.Yielded(TimeSpan.Zero)];
    private static readonly TaskOutcome Bad = new TaskOutcome.Failed(ErrorClass.Retryable, "no");
    private static readonly TaskOutcome Worst = new TaskOutcome.Failed(ErrorClass.Fatal, "never");
    private static readonly TaskOutcome NobodysFault = new TaskOutcome.Failed(ErrorClass.Infrastructure, "down");

    [Fact]
    public void Any_order_repetition_and_interleaving_of_messages_gives_the_same_end() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).Two().ToArbitrary(),
        seeds => EndsAsItsShapeSays(shape: seeds.Item1, order: seeds.Item2)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static bool EndsAsItsShapeSays(int shape, int order)
    {
        var random = new Random(shape);
        var names = 0;
        CollectionNode root = new SequentialNode([Node(random, 0, ref names), Node(random, 0, ref names)]);
        var message = new CreateCollection(root) { Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(50)) };
        var (plan, refusal) = new CollectionPlanner(AllTasks.Catalogue, []).Plan(message, null, DateTimeOffset.UnixEpoch.AddYears(50));
        Assert.Null(refusal);

        var manager = new PaperManager(plan!, Outcome, Children, new Random(order));
        manager.Run();

        Assert.DoesNotContain(manager.TaskStates, state => !state.IsTerminal());
        foreach (var container in plan!.Containers.Where(container => container.Parent is null || manager.IsWhole(container.Id)))
            Assert.Equal(Expected(plan, container, shape), manager.StateOf(container.Id));
        Assert.InRange(manager.MostAtOnce, 0, PeakWork.Of(plan, plan.Tasks.ToDictionary(task => task.Id, Outlook), "all"));
        return true;

        TaskOutlook Outlook(TaskPlan task)
        {
            var kind = AllTasks.Catalogue.Find(task.Kind)!;
            var outlook = new TaskOutlook(task.Name, kind, "all", null, null, AddressSet.Empty, AddressSet.Empty, [], null);
            return kind.IsGenerator
                ? outlook with { Pool = null, Forecast = new(null, null, 0, "insert-data", Children(task.Name)), ChildPool = "all" }
                : outlook;
        }

        TaskOutcome Outcome(string task, int attempt) => Script(shape, task)[attempt - 1];

        int Children(string generator) => HowMany(shape, generator);
    }

    private static CollectionNode Node(Random random, int depth, ref int names)
    {
        var kind = random.Next(depth < 3 ? 10 : 5);
        if (kind < 5)
        {
            var name = $"t{names++}";
            return kind == 0
                ? new TaskNode(name, "for-each", JsonElement.Parse("""{"rows":[],"kind":"insert-data","input":{}}"""))
                : new TaskNode(name, "insert-data", JsonElement.Parse("""{"key":"k","value":1}"""));
        }
        var children = new CollectionNode[1 + random.Next(4)];
        for (var i = 0; i < children.Length; i++)
            children[i] = Node(random, depth + 1, ref names);
        CompletionPolicy policy = random.Next(4) switch
        {
            0 => new CompletionPolicy.BestEffort(),
            1 => new CompletionPolicy.Tolerate(Count: random.Next(3)),
            2 => new CompletionPolicy.Tolerate(Percent: random.Next(101)),
            _ => CompletionPolicy.All.Instance,
        };
        return kind < 7
            ? new SequentialNode(children, Policy: policy)
            : new ParallelNode(children, Policy: policy, MaxConcurrency: random.Next(3) == 0 ? 1 + random.Next(3) : null);
    }

    /// <summary>How the attempts of a task end; three failures are the end of it.</summary>
    private static TaskOutcome[] Script(int shape, string task)
    {
        var random = new Random((shape * 31) ^ Seed(task));
        var attempts = new List<TaskOutcome>();
        for (var failures = 0; failures < 3;)
        {
            attempts.Add(random.Next(12) switch
            {
                0 => Worst,
                1 or 2 => Bad,
                3 => NobodysFault,
                4 => Good[1],
                _ => Good[0],
            });
            if (attempts[^1] is TaskOutcome.Succeeded || attempts[^1] == Worst)
                break;
            failures += attempts[^1] == Bad ? 1 : 0;
        }
        return [.. attempts];
    }

    private static TaskState Own(int shape, string task) =>
        Script(shape, task)[^1] is TaskOutcome.Succeeded ? TaskState.Succeeded : TaskState.Failed;

    private static int HowMany(int shape, string generator) => new Random(shape ^ Seed(generator)).Next(8);

    private static int Seed(string name) => name.Aggregate(17, (seed, letter) => seed * 31 + letter);

    /// <summary>The reference: no messages, no order, no counters.</summary>
    private static TaskState Expected(CollectionPlan plan, ContainerPlan container, int shape)
    {
        var ends = plan.Containers.Where(child => child.Parent == container.Id).Select(child => Expected(plan, child, shape))
            .Concat(plan.Tasks.Where(task => task.Container == container.Id).Select(task => Own(shape, task.Name)))
            .Concat(
                from generator in plan.Generators
                where generator.Container == container.Id
                let name = plan.Tasks.Single(task => task.Id == generator.Task).Name
                where Own(shape, name) == TaskState.Succeeded
                from ordinal in Enumerable.Range(0, HowMany(shape, name))
                select Own(shape, $"{name}/{ordinal}"))
            .ToArray();
        var bad = ends.Count(end => end == TaskState.Failed);
        var failed = container.Policy switch
        {
            CompletionPolicy.All => bad > 0,
            CompletionPolicy.BestEffort => bad > 0 && bad == ends.Length,
            CompletionPolicy.Tolerate { Count: { } count } => bad > count,
            CompletionPolicy.Tolerate { Percent: { } percent } => bad * 100 > percent * ends.Length,
            _ => throw new ArgumentOutOfRangeException(nameof(container)),
        };
        return failed ? TaskState.Failed
            : bad > 0 || ends.Contains(TaskState.PartiallyFailed) ? TaskState.PartiallyFailed
            : TaskState.Succeeded;
    }
}
