namespace TaskMesh.Core.Fleet;

/// <summary>One launch that shall be: a slot that is taken for it.</summary>
/// <param name="Epoch">Grows when another Manager takes it over; the older one's writes then do nothing.</param>
public sealed record LaunchIntent(Guid Id, int Slot, int Epoch);

/// <summary>An intent whose outcome nobody knows, with the request that was asked last; null if none was.</summary>
public sealed record OpenLaunch(LaunchIntent Intent, int Ordinal, LaunchRequest? Request);
