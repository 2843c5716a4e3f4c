namespace TaskMesh.LocalCloud.Sqs;

/// <summary>A message move task as the store keeps it.</summary>
/// <param name="Source">The number of the dead-letter queue.</param>
/// <param name="Destination">The name of a queue; null sends each message back to the queue from which it came.</param>
/// <param name="PerSecond">1 to 500; null for as fast as it goes.</param>
/// <param name="ToMove">The messages in the source at its start.</param>
public sealed record MoveTask(
    int Id, int Source, string? Destination, int? PerSecond, DateTimeOffset Started, long ToMove, long Moved, string Status, string? Failure)
{
    public const string Running = "RUNNING";
}
