using TaskMesh.Aws;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Tasks;

namespace TaskMesh.Workers.External;

/// <summary>Puts an External worker together: the web, the way to the Manager, and nothing else.</summary>
public sealed class ExternalWorkerHost
{
    public ExternalWorkerHost(ExternalWorkerSettings settings, TimeProvider clock)
    {
        var sqs = AwsClients.Sqs();
        var manager = new SqsManagerQueue(new SqsSender(sqs), settings.ManagerQueue, clock);
        var offered = new WorkerCapabilities(ManagerQueue: manager, Web: new HttpWebSource(settings));
        var executor = new TaskExecutor(AllTasks.Catalogue, _ => offered, clock, AwsClients.Objects(settings.ObjectsBucket), settings.Results);
        Runner = new BatchRunner(executor, leases: null, manager, clock);
        Hold = new MessageHold(new SqsVisibility(sqs, settings.ManagerQueue), clock, new Random());
    }

    public MessageHold Hold { get; }

    public BatchRunner Runner { get; }
}
