namespace TaskMesh.Cli.Lab;

/// <summary>How many things happened within one second at most, wherever it begins.</summary>
public sealed class SecondCounter
{
    private const long Second = 1_000_000_000;

    private readonly Queue<long> _recent = [];

    public int Most { get; private set; }

    /// <param name="nanoseconds">Not before the last one.</param>
    public void Count(long nanoseconds)
    {
        while (_recent.TryPeek(out var oldest) && nanoseconds - oldest >= Second)
            _recent.Dequeue();
        _recent.Enqueue(nanoseconds);
        Most = Math.Max(Most, _recent.Count);
    }
}
