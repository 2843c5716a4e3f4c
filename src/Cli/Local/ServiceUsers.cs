namespace TaskMesh.Cli.Local;

/// <summary>
/// The users that hosts run as when root starts a local mesh. Numbers without names, from the range that Debian leaves to services:
/// nobody can log in as them, and nothing on the machine belongs to them.
/// </summary>
public static class ServiceUsers
{
    /// <summary>Manager, Internal and Bare Metal: the group that may enter the folder of the database's socket.</summary>
    public const int Mesh = 62_510;

    /// <summary>External: alone, so that it cannot reach the database.</summary>
    public const int Outside = 62_511;

    /// <summary>Whether hosts can run as users of their own here: only root can start them so, and they must be able to read the runtime.</summary>
    public static bool Available => Environment.IsPrivilegedProcess && HostPrograms.IsOpen(Path.GetDirectoryName(HostPrograms.Dotnet)!);
}
