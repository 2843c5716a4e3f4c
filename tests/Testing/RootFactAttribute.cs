namespace TaskMesh.Testing;

/// <summary>A test of users, capabilities or network namespaces, which only root can make.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
            Skip = "Needs root: it makes processes of other users or network namespaces.";
    }
}
