using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Kinds;

namespace TaskMesh.Proof.Simulation;

/// <summary>The work of one seed: collections with nested containers and tasks alone, at least 200 tasks together.</summary>
internal sealed class SimWorkflow
{
    public const int FewestTasks = 200;

    private static readonly string[] Kinds = [Outside.Kind, Inside.Kind, Inside.Kind, Raw.Kind];
    private static readonly JsonElement IsSet = JsonElement.Parse("""{"field":"set","operator":"equals","value":true}""");

    private readonly Random _random;
    private readonly IdSource _ids;
    private int _tasks;
    private int _untaken;

    /// <summary>A task, a generator of two and a task after it, each on a worker that claims: the smallest work that has everything.</summary>
    public static SimWorkflow Small(TimeProvider clock)
    {
        var small = new SimWorkflow(new Random(1), clock);
        var fan = JsonSerializer.SerializeToElement(new FanInput(2, 1, new StepInput()), StepJson.Default.FanInput);
        var root = new SequentialNode(
            [new TaskNode("a", Raw.Kind, small.Quick), new TaskNode("fan", Fan.Kind, fan), new TaskNode("b", Inside.Kind, small.Quick)]);
        var message = new CreateCollection(root) { Id = small._ids.Next() };
        small.Submissions.Add((message, new Submission(message.Id, 3, 2, TaskState.Succeeded)));
        return small;
    }

    private SimWorkflow(Random random, TimeProvider clock)
    {
        _random = random;
        _ids = new IdSource(clock, _random);
    }

    public SimWorkflow(int seed, TimeProvider clock)
        : this(new Random(seed), clock)
    {
        IsCancelled = _random.Next(5) == 0;
        for (var alone = _random.Next(2, 8); alone > 0; alone--)
            AddTask();
        AddFan();
        while (_tasks < FewestTasks)
            AddCollection();
        if (IsCancelled)
            Submissions[^1] = (Submissions[^1].Message, Submissions[^1].Submission with { End = null });
    }

    /// <summary>What clients send, each once a queue has acknowledged the one before.</summary>
    public List<(ManagerMessage Message, Submission Submission)> Submissions { get; } = [];

    /// <summary>The collection of which somebody cancels something while it runs, most of the time none.</summary>
    public Guid? Cancelled => IsCancelled ? Submissions[^1].Submission.Collection : null;

    /// <summary>The task or container in it that is cancelled, which may not have started; null for all of it.</summary>
    public string? CancelledName { get; private set; }

    private bool IsCancelled { get; }

    private JsonElement Quick { get; } = JsonElement.Parse("{}");

    private void AddTask()
    {
        _tasks++;
        var task = new CreateTask(Pick(Kinds), Input(fatal: -1, null)) { Id = _ids.Next() };
        Submissions.Add((task, new Submission(task.Id, 1, 0, TaskState.Succeeded)));
    }

    /// <summary>A task, a generator whose children make up many messages, and a task that waits for all of them.</summary>
    private void AddFan()
    {
        var fan = new FanInput(_random.Next(1, 60), _random.Next(1, 8), new StepInput(_random.Next(500)));
        var root = new SequentialNode(
        [
            new TaskNode("before", Pick(Kinds), Input(fatal: -1, null)),
            new TaskNode("fan", Fan.Kind, JsonSerializer.SerializeToElement(fan, StepJson.Default.FanInput)),
            new TaskNode("after", Pick(Kinds), Input(fatal: -1, "before")),
        ]);
        var message = new CreateCollection(root) { Id = _ids.Next() };
        Submissions.Add((message, new Submission(message.Id, 3, fan.Count, TaskState.Succeeded)));
        _tasks += 3 + fan.Count;
    }

    private void AddCollection()
    {
        var (before, untaken) = (_tasks, _untaken);
        var names = new List<string>();
        var fatal = _random.Next(6) == 0 ? _random.Next(40) : -1;
        var isSequence = _random.Next(2) == 0;
        var (children, ends) = (new List<CollectionNode>(), new List<TaskState>());
        for (var count = _random.Next(3, 6); count > 0; count--)
        {
            var (child, childEnd) = Container($"{before}-{count}", depth: 1, isSequence ? names : [], ref fatal);
            children.Add(child);
            ends.Add(childEnd);
        }
        CollectionNode root = isSequence ? new SequentialNode(children) : new ParallelNode(children);
        var message = new CreateCollection(root) { Id = _ids.Next() };
        var end = EndOf(ends, CompletionPolicy.All.Instance);
        Submissions.Add((message, new Submission(message.Id, _tasks - before, 0, end, _untaken - untaken)));
        CancelledName = _random.Next(2) == 0 ? null : Pick([$"{before}-1", $"{before}-2", .. names]);
    }

    /// <param name="names">Tasks that have ended well before anything in this container starts.</param>
    /// <param name="fatal">Counts down to the task that ends badly; -2 once there is one.</param>
    private (CollectionNode Node, TaskState End) Container(string name, int depth, List<string> names, ref int fatal)
    {
        var isSequence = _random.Next(3) == 0;
        CompletionPolicy policy = _random.Next(4) switch
        {
            0 => new CompletionPolicy.BestEffort(),
            1 => new CompletionPolicy.Tolerate(Count: 1),
            _ => CompletionPolicy.All.Instance,
        };
        var (children, ends) = (new List<CollectionNode>(), new List<TaskState>());
        for (var count = isSequence ? _random.Next(2, 5) : _random.Next(5, 30); count > 0; count--)
        {
            if (depth < 3 && _random.Next(12) == 0)
            {
                var (child, childEnd) = Container($"{name}-{count}", depth + 1, [.. names], ref fatal);
                children.Add(child);
                ends.Add(childEnd);
                continue;
            }
            if (_random.Next(40) == 0)
            {
                children.Add(Choice($"{name}-{count}"));
                ends.Add(TaskState.Succeeded);
                continue;
            }
            var task = $"t{name}-{count}";
            children.Add(new TaskNode(task, Pick(Kinds), Input(fatal, names.Count > 0 && _random.Next(3) == 0 ? Pick(names) : null)));
            ends.Add(fatal == 0 ? TaskState.Failed : TaskState.Succeeded);
            _tasks++;
            if (isSequence && fatal != 0)
                names.Add(task);
            fatal = fatal > 0 ? fatal - 1 : fatal == 0 ? -2 : fatal;
        }
        return (
            isSequence ? new SequentialNode(children, name, policy)
                : new ParallelNode(children, name, policy, MaxConcurrency: _random.Next(4) == 0 ? _random.Next(1, 6) : null),
            EndOf(ends, policy));
    }

    /// <summary>A task that looks at a value, and two branches of which one runs.</summary>
    private ConditionalNode Choice(string name)
    {
        var isSet = _random.Next(2) == 0;
        var (then, otherwise) = (Branch($"{name}-then"), Branch($"{name}-else"));
        _tasks += 1 + then.Children.Count + otherwise.Children.Count;
        _untaken += (isSet ? otherwise : then).Children.Count;
        return new ConditionalNode($"c{name}", JsonElement.Parse($$"""{"set":{{(isSet ? "true" : "false")}}}"""), IsSet, then, otherwise);
    }

    private ParallelNode Branch(string name) => new(
        [.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => new TaskNode($"t{name}-{i}", Pick(Kinds), Input(fatal: -1, null)))], name);

    /// <summary>At most one task of a collection ends badly, which every policy but All bears.</summary>
    private static TaskState EndOf(List<TaskState> children, CompletionPolicy policy) =>
        children.TrueForAll(child => child == TaskState.Succeeded) ? TaskState.Succeeded
        : policy is CompletionPolicy.All && children.Contains(TaskState.Failed) ? TaskState.Failed
        : TaskState.PartiallyFailed;

    private JsonElement Input(int fatal, string? earlier)
    {
        var input = new StepInput(
            _random.Next(8) == 0 ? _random.Next(30_000) : _random.Next(500),
            _random.Next(8) == 0 ? _random.Next(10_000) : 0,
            _random.Next(20) == 0 ? _random.Next(1, 3) : 0,
            _random.Next(20) == 0 ? _random.Next(1, 3) : 0,
            Fatal: fatal == 0);
        var json = JsonSerializer.SerializeToNode(input, StepJson.Default.StepInput)!;
        if (earlier is not null)
            json["seen"] = new System.Text.Json.Nodes.JsonObject { ["$from"] = earlier, ["path"] = "/value" };
        return JsonSerializer.SerializeToElement(json);
    }

    private T Pick<T>(IReadOnlyList<T> among) => among[_random.Next(among.Count)];
}
