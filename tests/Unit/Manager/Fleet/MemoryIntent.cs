using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Manager.Fleet;

internal sealed class MemoryIntent(Guid id, MemorySlot slot, string configuration)
{
    public Guid Id => id;

    public MemorySlot Slot => slot;

    public string Configuration => configuration;

    public int Epoch { get; set; } = 1;

    public DateTimeOffset Touched { get; set; }

    public DateTimeOffset Ended { get; set; }

    /// <summary>Null while it is open.</summary>
    public string? Outcome { get; set; }

    public SortedDictionary<int, MemoryAttempt> Attempts { get; } = [];

    public bool IsTokenReused =>
        Attempts.Values.Any(attempt => attempt.Answer is LaunchAnswer.Refused { Class: RefusalClass.TokenReused });
}
