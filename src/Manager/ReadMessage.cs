using TaskMesh.Core.Messages;

namespace TaskMesh.Manager;

/// <summary>A message, or the reason why it is none.</summary>
public sealed record ReadMessage(Envelope Envelope, ManagerMessage? Message, string? Reason)
{
    public static ReadMessage From(Envelope envelope)
    {
        var message = MessageReader.Read(envelope.Body, envelope.FallbackId, out var reason);
        return new(envelope, message, reason);
    }
}
