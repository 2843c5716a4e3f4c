namespace TaskMesh.Core.Ports;

/// <summary>Sends many messages to any queues and tells for each whether the queue has it.</summary>
public interface IMessageSender
{
    /// <returns>One answer per message, in the order given. What is not accepted may still have arrived: sending it again may double it.</returns>
    Task<IReadOnlyList<SendAnswer>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);
}

/// <param name="Queue">The queue's URL.</param>
/// <param name="Body">UTF-8 in the characters of XML 1.0; JSON in ASCII always is.</param>
/// <param name="Delay">How long the queue hides the message; SQS allows 15 min.</param>
public sealed record OutgoingMessage(string Queue, string Body, TimeSpan Delay = default);

/// <summary>What the queue said to one message.</summary>
/// <param name="Fault">Why it was not accepted; null if it was.</param>
/// <param name="SenderFault">The same message will be refused again.</param>
/// <param name="Code">What the queue calls that; null if it was accepted, or if the queue did not answer.</param>
public sealed record SendAnswer(string? Fault, bool SenderFault, string? Code = null)
{
    public static readonly SendAnswer Taken = new(Fault: null, SenderFault: false);

    /// <summary>A message counts as not accepted until the queue has said that it is.</summary>
    public static readonly SendAnswer Missing = new("the answer does not mention the message", SenderFault: false);

    public bool IsAccepted => Fault is null;
}
