using TaskMesh.Cli.Local;
using TaskMesh.Core.Configuration;

namespace TaskMesh.Cli.Mesh;

/// <summary>Where the mesh is: as the environment says, otherwise the one that <c>taskmesh local up</c> runs on this machine.</summary>
/// <param name="Database">As a role that may only read.</param>
/// <param name="ObjectsBucket">Where large results are; null if nowhere.</param>
/// <param name="LocalEndpoint">LocalCloud's address; null for AWS, which the SDK finds itself.</param>
public sealed record MeshSettings(string Database, string ManagerQueue, string ControlQueue, Uri? LocalEndpoint, string? ObjectsBucket = null)
{
    /// <summary>Whether the database takes tokens of IAM for passwords.</summary>
    public bool DatabaseIam { get; init; }

    public const string DatabaseVariable = "TASKMESH_CLI_DATABASE";

    public static MeshSettings Find(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.ContainsKey(DatabaseVariable))
        {
            var reader = new SettingsReader(environment);
            var settings = new MeshSettings(
                reader.Required(DatabaseVariable), reader.Required("TASKMESH_MANAGER_QUEUE_URL"), reader.Required(
                    "TASKMESH_CONTROL_QUEUE_URL"), null, reader.Optional("TASKMESH_OBJECTS_BUCKET"))
            {
                DatabaseIam = reader.Switch("TASKMESH_DATABASE_IAM"),
            };
            reader.ThrowIfWrong();
            return settings;
        }
        var local = LocalState.Read(LocalFolder.Find(environment))
            ?? throw new CliException(
                ExitCode.Unavailable, $"No mesh runs here. Start one with `taskmesh local up`, or set {DatabaseVariable} to reach another.");
        return Of(local);
    }

    public static MeshSettings Of(LocalState local) =>
        new(local.ReaderDatabase, local.ManagerQueue, local.ControlQueue, local.Endpoint, LocalCloudPlan.Stage);
}
