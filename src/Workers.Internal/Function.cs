using System.Globalization;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.SQSEvents;
using TaskMesh.Aws;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Tasks;

namespace TaskMesh.Workers.Internal;

/// <summary>The edge to AWS Lambda: a batch of attempts in, the ids of those that must come again out.</summary>
/// <param name="environment">With its secrets resolved.</param>
public sealed class Function(IReadOnlyDictionary<string, string> environment, TaskCatalogue catalogue)
{
    /// <summary>Ends the work before Lambda ends the process, so that the answer still gets out.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly InternalWorkerHost _host = new(InternalWorkerSettings.Read(environment), catalogue, TimeProvider.System);

    public static async Task Main()
    {
        var environment = await Secrets.ResolveAsync(ProcessEnvironment.Read(), CancellationToken.None);
        await new Function(environment, AllTasks.Catalogue).RunAsync();
    }

    /// <summary>Takes batches until the process ends.</summary>
    public async Task RunAsync()
    {
        var serializer = new SourceGeneratorLambdaJsonSerializer<FunctionJson>();
        using var bootstrap = LambdaBootstrapBuilder.Create<SQSEvent, SQSBatchResponse>(HandleAsync, serializer).Build();
        await bootstrap.RunAsync();
    }

    public async Task<SQSBatchResponse> HandleAsync(SQSEvent batch, ILambdaContext context)
    {
        using var limit = new CancellationTokenSource(context.RemainingTime - Margin, TimeProvider.System);
        var failed = await _host.Hold.RunAsync(
            [.. batch.Records.Select(ReceivedOf)],
            () => _host.Runner.RunAsync(
                [.. batch.Records.Select(record => new QueueMessage(record.MessageId, record.ReceiptHandle, record.Body))], limit.Token));
        return new SQSBatchResponse([.. failed.Select(id => new SQSBatchResponse.BatchItemFailure { ItemIdentifier = id })]);
    }

    private static ReceivedMessage ReceivedOf(SQSEvent.SQSMessage message) => new(
        message.EventSourceArn.Split(':')[^1],
        message.MessageId,
        message.ReceiptHandle,
        int.Parse(message.Attributes["ApproximateReceiveCount"], CultureInfo.InvariantCulture));
}

[JsonSerializable(typeof(SQSEvent))]
[JsonSerializable(typeof(SQSBatchResponse))]
internal sealed partial class FunctionJson : JsonSerializerContext;
