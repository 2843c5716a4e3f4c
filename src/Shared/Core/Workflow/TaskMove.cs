using System.Text.Json;

namespace TaskMesh.Core.Workflow;

/// <summary>What becomes of a task: the state it moves to and what is written with the move.</summary>
/// <param name="Failures">The retry budget used so far.</param>
/// <param name="Wait">Pending tasks: how long until they may be dispatched again.</param>
/// <param name="Reason">Why, in words, for <c>show</c> and <c>why</c>.</param>
/// <param name="Checkpoint">The position to go on from; null keeps what is stored.</param>
/// <param name="Stack">Of the exception that its attempt ended with, if nobody expected it.</param>
public sealed record TaskMove(
    TaskState State, int Failures, TimeSpan Wait = default, string? Reason = null, JsonElement? Checkpoint = null, string? Stack = null);
