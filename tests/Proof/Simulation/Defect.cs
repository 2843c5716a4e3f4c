using TaskMesh.Core.Ports;

namespace TaskMesh.Proof.Simulation;

/// <summary>A mistake that the product does not make, put in from outside: in the database, or between a process and its ports.</summary>
/// <param name="Sql">Replaces functions or adds triggers in the database.</param>
/// <param name="Sender">Stands between the Manager and the queues.</param>
/// <param name="AcknowledgesFirst">Messages are deleted before they are handled.</param>
/// <param name="ForgetsIds">What a message creates is named anew with each delivery.</param>
internal sealed record Defect(
    string Name,
    string What,
    string? Sql = null,
    Func<IMessageSender, IMessageSender>? Sender = null,
    bool AcknowledgesFirst = false,
    bool ForgetsIds = false);
