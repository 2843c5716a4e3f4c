using TaskMesh.Core.Contract;
using TaskMesh.Tasks.Flow;

namespace TaskMesh.Proof.Kinds;

/// <summary>One kind of step for each class of workers, and a generator of them; and the product's choice of branches.</summary>
public static class Places
{
    public static TaskCatalogue Catalogue { get; } = new(
    [
        TaskEntry.Of<Step<Outside>, StepInput, StepOutput>(),
        TaskEntry.Of<Step<Inside>, StepInput, StepOutput>(),
        TaskEntry.Of<Step<Raw>, StepInput, StepOutput>(),
        TaskEntry.Of<Fan, FanInput, StepOutput>(),
        TaskEntry.Of<Conditional, ConditionalInput, ConditionalOutput>(),
    ]);
}

internal sealed class Outside : IPlace
{
    public static string Kind => "step-outside";

    public static WorkerRequirements Requirements => WorkerRequirements.None;
}

internal sealed class Inside : IPlace
{
    public static string Kind => "step-inside";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;
}

internal sealed class Raw : IPlace
{
    public static string Kind => "step-raw";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.RawSocketAccess;
}
