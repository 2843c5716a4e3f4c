namespace TaskMesh.Core.Fleet;

/// <summary>What it means that the cloud did not launch.</summary>
public enum RefusalClass
{
    /// <summary>Not in the table: the end for this cell of the launch plan; the next one may be tried. Worth a log line.</summary>
    Unlisted,

    /// <summary>An instance may exist. Only the same call with the same token can tell; no other cell before that.</summary>
    Ambiguous,

    /// <summary>EC2 throttles: every launch waits.</summary>
    SlowDown,

    /// <summary>This instance type in this zone and market is sold out for now.</summary>
    Capacity,

    /// <summary>The zone never offers this instance type.</summary>
    NotOffered,

    /// <summary>The subnet has no free address for now.</summary>
    SubnetFull,

    /// <summary>The subnet's id is wrong until the configuration changes.</summary>
    SubnetUnknown,

    /// <summary>The account's quota for the type's class is used up.</summary>
    Quota,

    /// <summary>Spot does not sell for now; on-demand may.</summary>
    SpotMarket,

    /// <summary>The account may not launch at all for now.</summary>
    Account,

    /// <summary>The role may not do this until somebody grants it.</summary>
    Permission,

    /// <summary>The launch template or a parameter is wrong until somebody changes it.</summary>
    Configuration,

    /// <summary>The token was used with other parameters: a fault of ours.</summary>
    TokenReused,

    /// <summary>An instance was launched and ended before its worker reported: its image or its first boot is at fault.</summary>
    BootFailed,
}
