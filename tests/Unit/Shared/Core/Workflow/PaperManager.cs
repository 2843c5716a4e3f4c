using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

/// <summary>
/// A Manager in memory that decides by the product's planner and rules. What it has to do lies in a bag, mostly more than once, and is drawn in any
/// order: reports, children, and the settling that follows a commit.
/// </summary>
/// <param name="outcome">How an attempt of a task ends.</param>
/// <param name="children">How many a generator makes.</param>
internal sealed class PaperManager(CollectionPlan plan, Func<string, int, TaskOutcome> outcome, Func<string, int> children, Random order)
{
    private const string ChildKind = "insert-data";

    private static readonly RetryPolicy Retry = new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    private readonly Dictionary<Guid, Work> _tasks = [];
    private readonly Dictionary<Guid, Box> _boxes = plan.Containers.ToDictionary(container => container.Id, container => new Box(container));
    private readonly List<Action> _bag = [];

    public TaskState StateOf(Guid container) => _boxes[container].State;

    /// <summary>Whether it closed by itself, with all its children's ends counted.</summary>
    public bool IsWhole(Guid container) => !_boxes[container].Early && !_boxes[container].Swept;

    public IEnumerable<TaskState> TaskStates => _tasks.Values.Select(task => task.State);

    /// <summary>Tasks that make no others, dispatched at the same time.</summary>
    public int MostAtOnce { get; private set; }

    public void Run()
    {
        foreach (var task in plan.Tasks)
            _tasks.Add(task.Id, new Work(task.Name, task.Container, task.Ordinal, plan.Generators.FirstOrDefault(one => one.Task == task.Id)));
        foreach (var box in _boxes.Values.Where(box => box.Plan.Started))
            (box.State, box.Released) = (TaskState.Running, box.Plan.FirstRelease);
        foreach (var task in plan.Tasks.Where(task => task.Started))
            Dispatch(task.Id);
        while (_bag.Count > 0)
        {
            var drawn = order.Next(_bag.Count);
            var act = _bag[drawn];
            _bag.RemoveAt(drawn);
            act();
        }
    }

    private void Later(Action act) => _bag.AddRange(Enumerable.Repeat(act, 1 + order.Next(3)));

    private void Dispatch(Guid id)
    {
        var task = _tasks[id];
        var attempt = ++task.Attempt;
        task.State = TaskState.Dispatched;
        MostAtOnce = Math.Max(MostAtOnce, _tasks.Values.Count(other => other is { Fills: null, State: TaskState.Dispatched }));
        var ended = outcome(task.Name, attempt);
        if (ended is TaskOutcome.Succeeded && task.Fills is not null)
            ended = new TaskOutcome.Succeeded(Children: Make(id, task, children(task.Name)));
        Later(() => Complete(id, attempt, ended));
    }

    private ChildCount Make(Guid id, Work generator, int count)
    {
        foreach (var part in Enumerable.Range(0, count).Chunk(3))
            Later(() => Create(id, generator, part));
        return Enumerable.Range(0, count).Select(i => ChildCount.Of(DerivedId.OfChild(plan.Id, id, ChildKind, i)))
            .Aggregate(default(ChildCount), ChildCount.Add);
    }

    private void Create(Guid parent, Work generator, int[] ordinals)
    {
        var box = _boxes[generator.Fills!.Container];
        foreach (var ordinal in ordinals)
        {
            var id = DerivedId.OfChild(plan.Id, parent, ChildKind, ordinal);
            if (generator.State.IsTerminal() || box.State.IsTerminal() || _tasks.ContainsKey(id))
                continue;
            _tasks.Add(id, new Work($"{generator.Name}/{ordinal}", box.Plan.Id, generator.Fills.FirstOrdinal + ordinal, null));
            generator.Created += ChildCount.Of(id);
            if (box.State == TaskState.Running && generator.Fills.FirstOrdinal + ordinal < box.Released)
                Dispatch(id);
        }
        Later(() => SettleGenerator(parent));
    }

    private void Complete(Guid id, int attempt, TaskOutcome ended)
    {
        var task = _tasks[id];
        if (task.State != TaskState.Dispatched || task.Attempt != attempt || _boxes[task.Container].State != TaskState.Running)
            return;
        var move = WorkflowRules.AfterAttempt(ended, task.Failures, Retry, TimeSpan.FromDays(1), fraction: 0);
        (task.State, task.Failures) = (move.State, move.Failures);
        if (move.State == TaskState.Pending)
            Dispatch(id);
        if (move.State == TaskState.PendingTaskCreation)
            task.Declared = ((TaskOutcome.Succeeded)ended).Children;
        if (move.State.IsTerminal())
            End(task);
        Later(() => SettleGenerator(id));
    }

    private void SettleGenerator(Guid id)
    {
        var task = _tasks[id];
        if (task.State != TaskState.PendingTaskCreation)
            return;
        if (WorkflowRules.AfterCreation(
            task.Declared!.Value, task.Created, task.Failures, !_boxes[task.Fills!.Container].State.IsTerminal()) is not { } move)
            return;
        task.State = move.State;
        End(task);
    }

    private void End(Work task)
    {
        if (task.Fills is { } fills)
        {
            var filled = _boxes[fills.Container];
            filled.Children += task.Created.Count;
            filled.Open--;
            Later(() => SettleBox(filled));
        }
        Count(_boxes[task.Container], Tally.Of(task.State));
    }

    private void Count(Box box, Tally ended)
    {
        box.Tally += ended;
        if (box.State == TaskState.Running && box.HasOrder)
        {
            box.Released += box.Plan.Policy is CompletionPolicy.All ? ended.Ended - ended.Bad : ended.Ended;
            Start(box);
        }
        Later(() => SettleBox(box));
    }

    private void Start(Box box)
    {
        var open = _tasks.Where(task => task.Value.Container == box.Plan.Id && task.Value.Ordinal < box.Released);
        foreach (var (id, _) in open.Where(task => task.Value is { State: TaskState.Pending, Attempt: 0 }).ToArray())
            Dispatch(id);
        foreach (var child in _boxes.Values.Where(
            child => child.Plan.Parent == box.Plan.Id && child.Plan.Ordinal < box.Released && child.State == TaskState.Pending))
        {
            (child.State, child.Released) = (TaskState.Running, child.Plan.FirstRelease);
            Start(child);
            Later(() => SettleBox(child));
        }
    }

    private void SettleBox(Box box)
    {
        var all = box.Open == 0 ? box.Children : (int?)null;
        if (box.State != TaskState.Running || WorkflowRules.Close(box.Plan.Policy, all, box.Tally) is not { } state)
            return;
        box.State = state;
        box.Early = all is null || box.Tally.Ended < all;
        if (box.Early)
            Sweep(box);
        if (box.Plan.Parent is { } parent)
            Count(_boxes[parent], Tally.Of(state));
    }

    private void Sweep(Box box)
    {
        foreach (var task in _tasks.Values.Where(task => task.Container == box.Plan.Id && !task.State.IsTerminal()))
        {
            task.State = TaskState.Cancelled;
            if (task.Fills is { } fills)
                _boxes[fills.Container].Open--;
        }
        foreach (var child in _boxes.Values.Where(child => child.Plan.Parent == box.Plan.Id))
        {
            child.Swept |= !child.State.IsTerminal();
            if (!child.State.IsTerminal())
                child.State = TaskState.Cancelled;
            if (child.Swept)
                Sweep(child);
        }
    }

    private sealed class Work(string name, Guid container, int ordinal, GeneratorPlan? fills)
    {
        public string Name => name;

        public Guid Container => container;

        public int Ordinal => ordinal;

        public GeneratorPlan? Fills => fills;

        public TaskState State { get; set; } = TaskState.Pending;

        public int Attempt { get; set; }

        public int Failures { get; set; }

        public ChildCount? Declared { get; set; }

        public ChildCount Created { get; set; }
    }

    private sealed class Box(ContainerPlan container)
    {
        public ContainerPlan Plan => container;

        public bool HasOrder => container.Mode == ContainerMode.Sequential || container.MaxConcurrency is not null;

        public TaskState State { get; set; } = TaskState.Pending;

        public Tally Tally { get; set; }

        public int Released { get; set; }

        public int Children { get; set; } = container.Children;

        public int Open { get; set; } = container.Generators;

        public bool Early { get; set; }

        /// <summary>Whether a container above closed early while it was open.</summary>
        public bool Swept { get; set; }
    }
}
