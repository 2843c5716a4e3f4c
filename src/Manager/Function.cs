using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.SQSEvents;
using TaskMesh.Aws;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Metrics;
using TaskMesh.Core.Ports;
using TaskMesh.Tasks;

namespace TaskMesh.Manager;

/// <summary>The edge to AWS Lambda: a batch of messages in, the ids of those that must come again out.</summary>
public sealed class Function : IAsyncDisposable
{
    /// <summary>Ends the work before Lambda ends the process, so that the answer still gets out.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly MessageHold _hold;
    private readonly ManagerHost _host;
    private readonly ManagerLog _log;
    private Task _start = Task.CompletedTask;

    /// <param name="environment">With its secrets resolved.</param>
    public Function(IReadOnlyDictionary<string, string> environment, TaskCatalogue catalogue)
    {
        var settings = ManagerSettings.Read(environment);
        var sqs = AwsClients.Sqs();
        _hold = new MessageHold(new SqsVisibility(sqs, settings.ManagerQueue), TimeProvider.System, new Random());
        var logger = new JsonLog("taskmesh.manager", Console.Out.WriteLine, TimeProvider.System);
        _log = new ManagerLog(logger);
        _host = new ManagerHost(
            settings,
            catalogue,
            new SqsSender(sqs),
            AwsClients.Objects(settings.ObjectsBucket),
            new Ec2Fleet(AwsClients.Ec2(), AwsClients.Ec2WithoutRetries()),
            TimeProvider.System,
            new Random(),
            logger,
            settings.DatabaseIam ? DatabaseTokens.PasswordAsync : null,
            new Meter(settings.Stage, TimeProvider.System, Console.Out.WriteLine));
    }

    public static async Task Main()
    {
        var environment = await Secrets.ResolveAsync(ProcessEnvironment.Read(), CancellationToken.None);
        if (environment.ContainsKey(Migrations.Variable))
        {
            await MigrateAsync(environment);
            return;
        }
        await using var function = new Function(environment, AllTasks.Catalogue);
        await function.RunAsync();
    }

    /// <summary>Takes batches until the process ends. The first is asked for while the database is connected to.</summary>
    public async Task RunAsync()
    {
        _start = Task.Run(StartAsync);
        var serializer = new SourceGeneratorLambdaJsonSerializer<FunctionJson>();
        using var bootstrap = LambdaBootstrapBuilder.Create<SQSEvent, SQSBatchResponse>(HandleAsync, serializer).Build();
        await bootstrap.RunAsync();
    }

    /// <summary>The same package as a step of a deployment.</summary>
    private static async Task MigrateAsync(IReadOnlyDictionary<string, string> environment)
    {
        var migrations = Migrations.From(environment);
        using var bootstrap = LambdaBootstrapBuilder.Create<StackRequest, StackAnswer>(
            async (request, context) =>
            {
                using var limit = new CancellationTokenSource(context.RemainingTime - Margin, TimeProvider.System);
                return await migrations.HandleAsync(request, limit.Token);
            },
            new SourceGeneratorLambdaJsonSerializer<MigrationsJson>()).Build();
        await bootstrap.RunAsync();
    }

    /// <summary>
    /// A database that is away must not end the process here: what it was to handle would stay hidden for as long as its queue says. The first batch
    /// starts the host then, and fails for whatever it failed for.
    /// </summary>
    private async Task StartAsync()
    {
        try
        {
            await _host.StartAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            _log.StartsLater(e);
        }
    }

    public async Task<SQSBatchResponse> HandleAsync(SQSEvent batch, ILambdaContext context)
    {
        using var limit = new CancellationTokenSource(context.RemainingTime - Margin, TimeProvider.System);
        var failed = await _hold.RunAsync(
            [.. batch.Records.Select(ReceivedOf)],
            async () =>
            {
                await _start.WaitAsync(limit.Token);
                return await _host.HandleAsync([.. batch.Records.Select(EnvelopeOf)], limit.Token);
            });
        return new SQSBatchResponse([.. failed.Select(id => new SQSBatchResponse.BatchItemFailure { ItemIdentifier = id })]);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static ReceivedMessage ReceivedOf(SQSEvent.SQSMessage message) => new(
        QueueOf(message),
        message.MessageId,
        message.ReceiptHandle,
        int.Parse(message.Attributes["ApproximateReceiveCount"], CultureInfo.InvariantCulture));

    private static Envelope EnvelopeOf(SQSEvent.SQSMessage message) => new(
        QueueOf(message),
        message.MessageId,
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(message.Attributes["SentTimestamp"], CultureInfo.InvariantCulture)),
        Encoding.UTF8.GetBytes(message.Body));

    private static string QueueOf(SQSEvent.SQSMessage message) => message.EventSourceArn.Split(':')[^1];
}

[JsonSerializable(typeof(SQSEvent))]
[JsonSerializable(typeof(SQSBatchResponse))]
internal sealed partial class FunctionJson : JsonSerializerContext;
