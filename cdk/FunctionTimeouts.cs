namespace TaskMesh.Cdk;

/// <summary>
/// How long one invocation of each function may take. Far below Lambda's 900 s: a message whose invocation dies is
/// shown again only after the queue's visibility timeout, which follows from these.
/// </summary>
public static class FunctionTimeouts
{
    public static readonly TimeSpan Manager = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan External = TimeSpan.FromSeconds(150);

    public static readonly TimeSpan Internal = TimeSpan.FromMinutes(5);

    /// <summary>Once a deployment, under locks that give way after 2 s each.</summary>
    public static readonly TimeSpan Migrations = TimeSpan.FromMinutes(10);
}
