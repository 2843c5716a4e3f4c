using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Kinds;

namespace TaskMesh.Proof.Simulation;

/// <summary>The work of one seed: collections with nested containers and tasks alone, at least 200 tasks together.</summary>
internal sealed class SimWorkflow
{
    public const int FewestTasks = 200;

    private static readonly string[] Kinds = [Outside.Kind, Inside.Kind, Inside.Kind, Raw.Kind];

    private readonly Random _random;
    private readonly IdSource _ids;
    private int _tasks;

    /// <summary>A task, a generator of two and a task after it, each on a worker that claims: the smallest work that has everything.</summary>
    public static SimWorkflow Small(TimeProvider clock)
    {
        var small = new SimWorkflow(new Random(1), clock);
        var fan = JsonSerializer.SerializeToElement(new FanInput(2, 1, new StepInput()), StepJson.Default.FanInput);
        var root = new SequentialNode(
            [new TaskNode("a", Raw.Kind, small.Quick), new TaskNode("fan", Fan.Kind, fan), new TaskNode("b", Inside.Kind, small.Quick)]);
        var message = new CreateCollection(root) { Id = small._ids.Next() };
        small.Submissions.Add((message, new Submission(message.Id, 3, 2, Succeeds: true)));
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
    }

    /// <summary>What clients send, each once a queue has acknowledged the one before.</summary>
    public List<(ManagerMessage Message, Submission Submission)> Submissions { get; } = [];

    /// <summary>The collection that somebody cancels while it runs, most of the time none.</summary>
    public Guid? Cancelled => IsCancelled ? Submissions[^1].Submission.Collection : null;

    private bool IsCancelled { get; }

    private JsonElement Quick { get; } = JsonElement.Parse("{}");

    private void AddTask()
    {
        _tasks++;
        var task = new CreateTask(Pick(Kinds), Input(fatal: -1, null)) { Id = _ids.Next() };
        Submissions.Add((task, new Submission(task.Id, 1, 0, Succeeds: true)));
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
        Submissions.Add((message, new Submission(message.Id, 3, fan.Count, Succeeds: true)));
        _tasks += 3 + fan.Count;
    }

    private void AddCollection()
    {
        var before = _tasks;
        var names = new List<string>();
        var fatal = _random.Next(6) == 0 ? _random.Next(40) : -1;
        var isSequence = _random.Next(2) == 0;
        var children = new List<CollectionNode>();
        for (var count = _random.Next(3, 6); count > 0; count--)
            children.Add(Container($"{before}-{count}", depth: 1, isSequence ? names : [], ref fatal));
        CollectionNode root = isSequence ? new SequentialNode(children) : new ParallelNode(children);
        var message = new CreateCollection(root) { Id = _ids.Next() };
        Submissions.Add((message, new Submission(message.Id, _tasks - before, 0, Succeeds: fatal != -2)));
    }

    /// <param name="names">Tasks that are ended before anything in this container starts.</param>
    /// <param name="fatal">Counts down to the task that ends badly; -2 once there is one.</param>
    private CollectionNode Container(string name, int depth, List<string> names, ref int fatal)
    {
        var isSequence = _random.Next(3) == 0;
        var children = new List<CollectionNode>();
        for (var count = isSequence ? _random.Next(2, 5) : _random.Next(5, 30); count > 0; count--)
        {
            if (depth < 3 && _random.Next(12) == 0)
            {
                children.Add(Container($"{name}-{count}", depth + 1, [.. names], ref fatal));
                continue;
            }
            var task = $"t{name}-{count}";
            children.Add(new TaskNode(task, Pick(Kinds), Input(fatal, names.Count > 0 && _random.Next(3) == 0 ? Pick(names) : null)));
            _tasks++;
            fatal = fatal > 0 ? fatal - 1 : fatal == 0 ? -2 : fatal;
            if (isSequence)
                names.Add(task);
        }
        return isSequence ? new SequentialNode(children, name)
            : new ParallelNode(children, name, MaxConcurrency: _random.Next(4) == 0 ? _random.Next(1, 6) : null);
    }

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
