namespace TaskMesh.Unit.Manager.Fleet;

internal sealed class MemorySlot(int number)
{
    public int Number => number;

    public string State { get; private set; } = "free";

    public MemoryIntent? Intent { get; private set; }

    public string? Instance { get; private set; }

    public DateTimeOffset Since { get; private set; }

    public void Move(string state, MemoryIntent? intent, string? instance, DateTimeOffset now) =>
        (State, Intent, Instance, Since) = (state, intent, instance, now);
}
