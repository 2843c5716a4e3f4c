namespace TaskMesh.Benchmarks.Orchestration;

/// <param name="Batch">Messages that one call of a function gets at most.</param>
/// <param name="Managers">Managers at work at once, each with connections of its own.</param>
/// <param name="Workers">Calls of the Internal function at work at once.</param>
/// <param name="Waiting">How many tasks are submitted ahead of those that have ended.</param>
/// <param name="Slots">Of the pool; its dispatch window is twice as wide.</param>
/// <param name="OfOneGenerator">Whether a generator makes the tasks, a batch with each message; else each is submitted by itself.</param>
internal sealed record MeshShape(int Batch, int Managers, int Workers, int Waiting, int Slots, bool OfOneGenerator = false);
