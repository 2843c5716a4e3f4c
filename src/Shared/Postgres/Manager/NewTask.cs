using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Manager;

/// <summary>A task about to be inserted.</summary>
/// <param name="Dispatched">Whether its pool has room and nobody waits before it.</param>
/// <param name="Lease">For pools whose workers do not report the start: how long the slot is held.</param>
public sealed record NewTask(CollectionPlan Collection, TaskPlan Plan, bool Dispatched, TimeSpan? Lease)
{
    internal DispatchedTask AsDispatched(Guid nonce, DateTime deadline) => new(
        Plan.Id,
        1,
        nonce,
        Plan.Kind,
        Plan.Input,
        Collection.Id,
        Collection.Organisation,
        deadline,
        Collection.Scope,
        Plan.Sources,
        null,
        Collection.TraceId,
        Plan.Pool!,
        Plan.Timeouts?.Run);
}
