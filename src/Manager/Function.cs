using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.SQSEvents;
using Microsoft.Extensions.Logging;
using TaskMesh.Aws;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Metrics;
using TaskMesh.Core.Ports;
using TaskMesh.Postgres;
using TaskMesh.Tasks;

namespace TaskMesh.Manager;

/// <summary>The edge to AWS Lambda: a batch of messages in, the ids of those that must come again out.</summary>
public sealed class Function : IDisposable
{
    /// <summary>Ends the work before Lambda ends the process, so that the answer still gets out.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>Lambda gives initialisation 10 s.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);

    private readonly ILoggerFactory _logs = LoggerFactory.Create(logging => logging.AddJsonConsole(console =>
    {
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    }));

    private readonly MessageHold _hold;
    private readonly ManagerHost _host;
    private readonly ManagerLog _log;

    public Function()
        : this(AllTasks.Catalogue)
    {
    }

    public Function(TaskCatalogue catalogue)
    {
        var settings = ManagerSettings.Read(ProcessEnvironment.Read());
        var sqs = AwsClients.Sqs();
        _hold = new MessageHold(new SqsVisibility(sqs, settings.ManagerQueue), TimeProvider.System, new Random());
        var logger = _logs.CreateLogger("taskmesh.manager");
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
        var environment = ProcessEnvironment.Read();
        if (environment.ContainsKey(Migrations.Variable))
        {
            await MigrateAsync(environment);
            return;
        }
        using var function = new Function();
        await function.RunAsync();
    }

    /// <summary>Takes batches until the process ends.</summary>
    public async Task RunAsync()
    {
        var serializer = new SourceGeneratorLambdaJsonSerializer<FunctionJson>();
        using var bootstrap = LambdaBootstrapBuilder.Create<SQSEvent, SQSBatchResponse>(HandleAsync, serializer)
            .UseBootstrapHandler(StartAsync)
            .Build();
        await bootstrap.RunAsync();
    }

    /// <summary>The same package as a step of a deployment.</summary>
    private static async Task MigrateAsync(IReadOnlyDictionary<string, string> environment)
    {
        var migrations = Migrations.From(await Secrets.ResolveAsync(environment, CancellationToken.None));
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
    /// waits for the database then.
    /// </summary>
    public async Task<bool> StartAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit, TimeProvider.System);
        try
        {
            await _host.StartAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException || Database.IsTransient(e))
        {
            _log.StartsLater(e);
        }
        return true;
    }

    public async Task<SQSBatchResponse> HandleAsync(SQSEvent batch, ILambdaContext context)
    {
        using var limit = new CancellationTokenSource(context.RemainingTime - Margin, TimeProvider.System);
        var failed = await _hold.RunAsync(
            [.. batch.Records.Select(ReceivedOf)], () => _host.HandleAsync([.. batch.Records.Select(EnvelopeOf)], limit.Token));
        return new SQSBatchResponse([.. failed.Select(id => new SQSBatchResponse.BatchItemFailure { ItemIdentifier = id })]);
    }

    public void Dispose() => _logs.Dispose();

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
