namespace TaskMesh.Core.Ports;

/// <summary>How long messages that a function was handed stay hidden from others.</summary>
public interface IMessageVisibility
{
    /// <summary>Counts from now on. A message that is not hidden any more is left alone.</summary>
    Task ChangeAsync(IReadOnlyList<(ReceivedMessage Message, TimeSpan Visibility)> changes, CancellationToken cancellation);
}

/// <summary>A message as a function was handed it.</summary>
/// <param name="Queue">Name of its queue.</param>
/// <param name="Receipt">Names this receive, not the message.</param>
/// <param name="Receives">How often it was received, this time included.</param>
public sealed record ReceivedMessage(string Queue, string Id, string Receipt, int Receives);
