using TaskMesh.Aws;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Workers;

namespace TaskMesh.Workers.Internal;

/// <summary>Puts an Internal worker together: the database, the way to the Manager, no web and no packets.</summary>
public sealed class InternalWorkerHost
{
    /// <summary>The tasks of a batch share them; many functions run at once.</summary>
    private const int Connections = 2;

    public InternalWorkerHost(InternalWorkerSettings settings, TaskCatalogue catalogue, TimeProvider clock)
    {
        var database = Database.Open(settings.Database, "taskmesh-internal", Connections, settings.DatabaseIam ? DatabaseTokens.PasswordAsync : null);
        var sqs = AwsClients.Sqs();
        var manager = new SqsManagerQueue(new SqsSender(sqs), settings.ManagerQueue, clock);
        var objects = AwsClients.Objects(settings.ObjectsBucket);
        var executor = new TaskExecutor(
            catalogue,
            run => new WorkerCapabilities(
                new TaskData(database, run, objects, settings.Results, clock), new ReconData(database, run, clock), manager),
            clock,
            objects,
            settings.Results);
        Runner = new BatchRunner(executor, new TaskLeases(database, $"internal/{Environment.MachineName}/{Environment.ProcessId}"), manager, clock);
        Hold = new MessageHold(new SqsVisibility(sqs, settings.ManagerQueue), clock, new Random());
    }

    public MessageHold Hold { get; }

    public BatchRunner Runner { get; }
}
