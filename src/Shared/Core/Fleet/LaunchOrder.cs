namespace TaskMesh.Core.Fleet;

/// <summary>What the launch matrix keeps as long as it can.</summary>
public enum LaunchOrder
{
    /// <summary>One type in every subnet before the next type.</summary>
    Type,

    /// <summary>One subnet with every type before the next subnet.</summary>
    Subnet,
}
