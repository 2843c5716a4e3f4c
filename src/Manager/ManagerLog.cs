using Microsoft.Extensions.Logging;

namespace TaskMesh.Manager;

/// <summary>Every line that the Manager writes, one per fact, with a fixed id.</summary>
public sealed partial class ManagerLog(ILogger logger)
{
    [LoggerMessage(1001, LogLevel.Error, "A batch of {Messages} messages failed; they come again.", EventName = "batch.failed")]
    public partial void BatchFailed(int messages, Exception error);

    [LoggerMessage(1002, LogLevel.Warning, "Task {TaskId} could not be sent: {Fault}. Outbox row {Row} is tried again.", EventName = "task.unsent")]
    public partial void SendFailed(Guid taskId, long row, string fault);

    [LoggerMessage(1003, LogLevel.Error, "A sweep failed; the next one makes up for it.", EventName = "sweep.failed")]
    public partial void SweepFailed(Exception error);

    [LoggerMessage(1004, LogLevel.Warning, "The database could not be told the settings; the first batch tries again.", EventName = "start.later")]
    public partial void StartsLater(Exception error);

    [LoggerMessage(1101, LogLevel.Information, "Launched {InstanceId} ({InstanceType}).", EventName = "fleet.launched")]
    public partial void Launched(string instanceId, string instanceType);

    [LoggerMessage(1102, LogLevel.Warning, "EC2 refused {Cell}: {Code}: {Message}", EventName = "fleet.refused")]
    public partial void LaunchRefused(string cell, string code, string message);

    [LoggerMessage(
        1103, LogLevel.Warning, "The outcome of a launch is unknown ({Reason}); it is asked again with the same token.", EventName = "fleet.unknown")]
    public partial void LaunchUnknown(string reason);

    [LoggerMessage(1104, LogLevel.Information, "Instance {InstanceId} is gone; its slot is free.", EventName = "fleet.gone")]
    public partial void InstanceGone(string instanceId);

    [LoggerMessage(
        1106, LogLevel.Critical, "Launches have stopped until somebody sees to it: {Cell}: {Code}: {Message} (request {RequestId})",
        EventName = "fleet.stopped")]
    public partial void LaunchStopped(string cell, string code, string message, string? requestId);

    [LoggerMessage(
        1107, LogLevel.Error, "EC2 refused {Cell} with a code that TaskMesh does not know: {Code}: {Message} (request {RequestId})",
        EventName = "fleet.unlisted")]
    public partial void LaunchCodeUnknown(string cell, string code, string message, string? requestId);

    [LoggerMessage(
        1108, LogLevel.Error, "The worker on {InstanceId} has not reported within {Deadline}; it is terminated.", EventName = "fleet.boot-failed")]
    public partial void BootFailed(string instanceId, TimeSpan deadline);

    [LoggerMessage(1109, LogLevel.Error, "Instance {InstanceId} belongs to nobody; it is terminated.", EventName = "fleet.orphan")]
    public partial void OrphanFound(string instanceId);

    [LoggerMessage(
        1110, LogLevel.Critical, "Instance {InstanceId} ended before its worker reported; nobody launches for {Wait}.",
        EventName = "fleet.boot-ended")]
    public partial void BootEnded(string instanceId, TimeSpan wait);

    [LoggerMessage(1105, LogLevel.Error, "The fleet could not be looked after; the next tick tries again.", EventName = "fleet.failed")]
    public partial void FleetFailed(Exception error);
}
