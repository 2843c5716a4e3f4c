using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Ports;

/// <summary>The way to the Manager: workers report through it, generators create tasks through it.</summary>
public interface IManagerQueue
{
    Task SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation);
}
