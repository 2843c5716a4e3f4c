namespace TaskMesh.Core.Fleet;

/// <summary>How a machine is bought.</summary>
public enum Market
{
    OnDemand,

    /// <summary>Cheaper, and the cloud may take it back at two minutes' notice.</summary>
    Spot,
}
