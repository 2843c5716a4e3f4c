namespace TaskMesh.Core.Waiting;

/// <param name="Position">Its place in the line that it waits in, from 1.</param>
/// <param name="NextTry">When it is looked at again.</param>
public sealed record Explanation(WaitCause Cause, string Sentence, long? Position = null, DateTimeOffset? NextTry = null);
