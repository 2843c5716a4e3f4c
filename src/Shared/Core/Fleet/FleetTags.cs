namespace TaskMesh.Core.Fleet;

/// <summary>What instances are told apart by.</summary>
public static class FleetTags
{
    public const string App = "app";

    public const string AppName = "taskmesh";

    /// <summary>By its value, the launch template's name, a mesh knows its instances from another's in the same account.</summary>
    public const string Mesh = "mesh";

    public const string Intent = "intent";

    public const string Slot = "slot";
}
