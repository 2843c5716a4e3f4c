namespace TaskMesh.Core.Workflow;

/// <summary>A generator, and where its children go.</summary>
/// <param name="Collection">Without containers and tasks; its deadline is the time that is left.</param>
/// <param name="FirstOrdinal">Of its children in that container.</param>
/// <param name="Released">Children with lower ordinals may run, if the container does.</param>
/// <param name="Room">How many more tasks the collection may have.</param>
/// <param name="HasEnded">Whether the generator has, so that no further child is of it.</param>
public sealed record GeneratorPlace(
    Guid Generator, CollectionPlan Collection, Guid Container, TaskState ContainerState, int FirstOrdinal, int Released, bool HasEnded, int Room)
{
    public bool TakesChildren => !HasEnded && !ContainerState.IsTerminal();
}
