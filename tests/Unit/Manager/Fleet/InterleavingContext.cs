namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>Where continuations wait for their turn too, so that nothing runs beside the interleaving.</summary>
internal sealed class InterleavingContext(Interleaving steps) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => steps.StepAsync().GetAwaiter().OnCompleted(() => d(state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);
}
