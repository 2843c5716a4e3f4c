using TaskMesh.Core.Configuration;
using TaskMesh.Core.Execution;

namespace TaskMesh.Workers.Internal;

/// <summary>What an Internal worker takes from its environment.</summary>
public sealed record InternalWorkerSettings(string Database, string ManagerQueue, string? ObjectsBucket = null, ResultLimits? Results = null)
{
    /// <summary>Whether the database takes tokens of IAM for passwords.</summary>
    public bool DatabaseIam { get; init; }

    public static InternalWorkerSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var settings = new InternalWorkerSettings(
            reader.Required("TASKMESH_DATABASE"),
            reader.Required("TASKMESH_MANAGER_QUEUE_URL"),
            reader.Optional("TASKMESH_OBJECTS_BUCKET"),
            ResultLimits.Read(reader))
        {
            DatabaseIam = reader.Switch("TASKMESH_DATABASE_IAM"),
        };
        reader.ThrowIfWrong();
        return settings;
    }
}
