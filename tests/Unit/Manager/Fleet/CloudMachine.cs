using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Manager.Fleet;

internal sealed class CloudMachine(LaunchRequest request, DateTimeOffset launched)
{
    public string Id { get; } = $"i-{request.Token}";

    public string Intent { get; } = request.Tags["intent"];

    public string State { get; set; } = "running";

    public DateTimeOffset VisibleAt { get; init; }

    /// <summary>When its worker reports for the first time; null if it never does.</summary>
    public DateTimeOffset? SpeaksAt { get; init; }

    public DateTimeOffset? EndsAt { get; set; }

    public FleetInstance Seen() => new(Id, State, request.InstanceType ?? "template", request.Subnet, launched, request.Tags);
}
