using System.Text.Json.Serialization;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Messages;

/// <summary>What a <see cref="Control"/> message asks for.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Cancel), nameof(Cancel))]
[JsonDerivedType(typeof(SetScope), nameof(SetScope))]
[JsonDerivedType(typeof(KillSwitch), nameof(KillSwitch))]
public abstract record ControlAction
{
    private ControlAction()
    {
    }

    /// <summary>Ends a collection: what waits never starts, what runs is told to stop.</summary>
    public sealed record Cancel(Guid Collection) : ControlAction;

    /// <summary>Replaces an organisation's scope; collections that exist keep the snapshot that they were created with.</summary>
    public sealed record SetScope(ScanScope Scope, string Organisation = CreateCollection.DefaultOrganisation) : ControlAction;

    /// <summary>Stands above every scope: while it is on, no probe is sent and no raw task starts.</summary>
    public sealed record KillSwitch(bool On) : ControlAction;
}
