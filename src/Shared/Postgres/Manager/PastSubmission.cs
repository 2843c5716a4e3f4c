namespace TaskMesh.Postgres.Manager;

/// <summary>What a collection was made of.</summary>
/// <param name="Body">The message of a whole workflow.</param>
/// <param name="Task">Of a collection that one task alone made.</param>
public sealed record PastSubmission(bool HasEnded, byte[]? Body, DeadLetter? Task);
