using TaskMesh.Core;

namespace TaskMesh.Manager;

/// <summary>A message as it came from a queue.</summary>
/// <param name="SentAt">SQS's SentTimestamp, which redeliveries keep.</param>
public sealed record Envelope(string Queue, string MessageId, DateTimeOffset SentAt, byte[] Body)
{
    /// <summary>What the message creates if its sender named no id.</summary>
    public Guid FallbackId => DerivedId.OfMessage(MessageId, SentAt);
}
